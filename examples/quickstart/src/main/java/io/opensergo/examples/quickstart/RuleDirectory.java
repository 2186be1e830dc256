package io.opensergo.examples.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A copy of the example's rules to edit, so that the checkout stays as it is.
 *
 * @param path where it is
 */
record RuleDirectory(Path path) implements AutoCloseable {

    static RuleDirectory copyOf(Path rules) throws IOException {
        Path copy = Files.createTempDirectory("opensergo-quickstart").resolve("rules");
        Files.createDirectory(copy);
        for (Path file : list(rules)) {
            Files.copy(file, copy.resolve(rules.relativize(file)));
        }
        return new RuleDirectory(copy);
    }

    /** Edits a file and saves it once. */
    void edit(String file, UnaryOperator<String> change) throws IOException {
        Path edited = path.resolve(file);
        String before = Files.readString(edited);
        String after = change.apply(before);
        if (after.equals(before)) {
            throw new IllegalStateException("the edit finds nothing to change in " + edited);
        }
        Files.writeString(edited, after);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(path.resolveSibling(""))) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
