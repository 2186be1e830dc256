package io.opensergo.schema.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.schema.RuleSchemas;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaGeneratorMainTest {

    @TempDir Path directory;

    @Test
    void generatesTheSameTwice() throws IOException {
        Map<String, String> first = generate("first");
        Map<String, String> second = generate("second");

        assertThat(first).hasSize(2 * RuleKinds.standard().all().size() + 1).isEqualTo(second);
    }

    @Test
    void generatesWhatTheLibraryHolds() throws IOException {
        Map<String, String> generated = generate("again");

        assertThat(generated).containsEntry("opensergo.schema.json", RuleSchemas.all());
        for (RuleKind<?> kind : RuleKinds.standard().all()) {
            assertThat(generated).containsEntry(kind.name() + ".schema.json", RuleSchemas.of(kind));
            assertThat(generated).containsEntry(kind.name() + ".crd.yaml", RuleSchemas.crd(kind));
        }
    }

    private Map<String, String> generate(String name) throws IOException {
        Path classes = directory.resolve(name);
        SchemaGeneratorMain.main(new String[] {classes.toString()});
        Map<String, String> schemas = new TreeMap<>();
        try (Stream<Path> files = Files.list(classes.resolve("io/opensergo/schema"))) {
            for (Path file : files.toList()) {
                schemas.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return schemas;
    }
}
