package io.opensergo.schema.internal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the schema of each kind, and one for documents of any kind, below the directory it is
 * given.
 */
public final class SchemaGeneratorMain {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private SchemaGeneratorMain() {}

    /** Runs in the build. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0], "io", "opensergo", "schema");
        Files.createDirectories(directory);
        List<RuleKind<?>> kinds = RuleKinds.standard().all();
        for (RuleKind<?> kind : kinds) {
            write(directory.resolve(kind.name() + ".schema.json"), DocumentSchemas.of(kind));
        }
        write(directory.resolve("opensergo.schema.json"), DocumentSchemas.ofAny(kinds));
    }

    private static void write(Path file, ObjectNode schema) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(schema).replace("\r\n", "\n") + "\n");
    }
}
