package io.opensergo.schema.internal;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the schemas as resources of {@code io.opensergo.schema}. */
public final class SchemaGeneratorMain {

    private SchemaGeneratorMain() {}

    /**
     * Generates.
     *
     * @param arguments the directory of the classes
     */
    public static void main(String[] arguments) throws IOException {
        write(Path.of(arguments[0]));
    }

    static void write(Path classes) throws IOException {
        Path directory = Files.createDirectories(classes.resolve("io/opensergo/schema"));
        RuleKinds kinds = RuleKinds.standard();
        for (RuleKind<?> kind : kinds.all()) {
            write(directory.resolve(kind.name() + ".schema.json"), GeneratedSchemas.of(kind));
            write(directory.resolve(kind.name() + ".crd.yaml"), GeneratedSchemas.crdOf(kind));
        }
        write(directory.resolve("opensergo.schema.json"), GeneratedSchemas.of(kinds.all()));
    }

    private static void write(Path file, String schema) throws IOException {
        Files.writeString(file, schema);
    }
}
