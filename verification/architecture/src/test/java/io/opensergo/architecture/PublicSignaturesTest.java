package io.opensergo.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The public signatures of each module are those of the file of its name in {@code signatures}, so
 * that nobody changes one without knowing.
 */
class PublicSignaturesTest {

    private static final Path DIRECTORY = Path.of("signatures");
    private static final String INDENT = "    ";

    private static final String WHAT_TO_DO =
            """


            Users have compiled against each line with '-': keep it, deprecated, beside what
            replaces it. A line with '+' is a promise from now on. If the change is intended, say
            it in CHANGELOG.md, commit the files that this command writes, and have them reviewed:

                mvn -q -pl verification/architecture -am verify -Dtest=PublicSignaturesTest \
            -Dsurefire.failIfNoSpecifiedTests=false -Dsignatures.write
            """;

    @Test
    void publicSignaturesAreThoseOfTheFiles() throws IOException {
        var current = PublicSignatures.ofClassPath();
        if (System.getProperty("signatures.write") != null) {
            write(current);
        }
        assertThat(current).hasSizeGreaterThan(15);

        List<String> changes = changes(read(), current);

        assertThat(String.join("\n", changes))
                .withFailMessage(
                        () ->
                                "Public signatures are not those of verification/architecture/signatures:\n"
                                        + String.join("\n", changes)
                                        + WHAT_TO_DO)
                .isEmpty();
    }

    @Test
    void changeIsShownWithItsModuleAndType() {
        var before = signatures("opensergo-a", "a.B", "public class", "public int b()");
        var after = signatures("opensergo-a", "a.B", "public class", "public long b()");
        after.get("opensergo-a").put("a.C", new TreeSet<>(List.of("public record")));

        assertThat(changes(before, after))
                .containsExactly(
                        "opensergo-a",
                        "  a.B",
                        "    - public int b()",
                        "    + public long b()",
                        "  a.C",
                        "    + public record");
        assertThat(changes(before, before)).isEmpty();
    }

    private static List<String> changes(
            SortedMap<String, SortedMap<String, SortedSet<String>>> before,
            SortedMap<String, SortedMap<String, SortedSet<String>>> after) {
        List<String> changes = new ArrayList<>();
        for (String module : union(before.keySet(), after.keySet())) {
            var old = before.getOrDefault(module, Collections.emptySortedMap());
            var now = after.getOrDefault(module, Collections.emptySortedMap());
            if (!old.equals(now)) {
                changes.add(module);
            }
            for (String type : union(old.keySet(), now.keySet())) {
                var gone = new TreeSet<>(old.getOrDefault(type, Collections.emptySortedSet()));
                var come = new TreeSet<>(now.getOrDefault(type, Collections.emptySortedSet()));
                gone.removeAll(now.getOrDefault(type, Collections.emptySortedSet()));
                come.removeAll(old.getOrDefault(type, Collections.emptySortedSet()));
                if (!gone.isEmpty() || !come.isEmpty()) {
                    changes.add("  " + type);
                }
                gone.forEach(line -> changes.add("    - " + line));
                come.forEach(line -> changes.add("    + " + line));
            }
        }
        return changes;
    }

    private static SortedMap<String, SortedMap<String, SortedSet<String>>> read()
            throws IOException {
        SortedMap<String, SortedMap<String, SortedSet<String>>> modules = new TreeMap<>();
        if (Files.isDirectory(DIRECTORY)) {
            try (Stream<Path> files = Files.list(DIRECTORY)) {
                for (Path file : files.toList()) {
                    String module = file.getFileName().toString().replaceFirst("\\.txt$", "");
                    modules.put(module, types(Files.readAllLines(file)));
                }
            }
        }
        return modules;
    }

    private static SortedMap<String, SortedSet<String>> types(List<String> lines) {
        SortedMap<String, SortedSet<String>> types = new TreeMap<>();
        SortedSet<String> members = new TreeSet<>();
        for (String line : lines) {
            if (line.startsWith(INDENT)) {
                members.add(line.strip());
            } else {
                members = new TreeSet<>();
                types.put(line, members);
            }
        }
        return types;
    }

    private static void write(SortedMap<String, SortedMap<String, SortedSet<String>>> modules)
            throws IOException {
        Files.createDirectories(DIRECTORY);
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            files.forEach(PublicSignaturesTest::delete);
        }
        for (var module : modules.entrySet()) {
            StringBuilder text = new StringBuilder();
            module.getValue()
                    .forEach(
                            (type, lines) -> {
                                text.append(type).append('\n');
                                lines.forEach(
                                        line -> text.append(INDENT).append(line).append('\n'));
                            });
            Files.writeString(DIRECTORY.resolve(module.getKey() + ".txt"), text);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SortedSet<String> union(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static SortedMap<String, SortedMap<String, SortedSet<String>>> signatures(
            String module, String type, String... lines) {
        SortedMap<String, SortedSet<String>> types =
                new TreeMap<>(Collections.singletonMap(type, new TreeSet<>(List.of(lines))));
        return new TreeMap<>(Collections.singletonMap(module, types));
    }
}
