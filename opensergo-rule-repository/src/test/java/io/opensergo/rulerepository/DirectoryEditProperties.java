package io.opensergo.rulerepository;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.RuleId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Random files and random edits: what is read is what was wanted, and no other byte changes. */
class DirectoryEditProperties {

    /**
     * A document of a file.
     *
     * @param before what stands before its text, its marker included
     */
    record Piece(String before, String name, int threshold, String comment) {

        String text() {
            return limit(name, threshold) + comment;
        }
    }

    /**
     * An edit of one document.
     *
     * @param verb 0: replace, 1: delete, 2: create
     */
    record Edit(int verb, int index, int threshold) {}

    @Property(tries = 150)
    void otherBytesNeverChange(
            @ForAll("pieces") List<Piece> pieces,
            @ForAll("edits") List<Edit> edits,
            @ForAll("ends") String lineEnd,
            @ForAll boolean mark)
            throws IOException {
        Path directory = Files.createTempDirectory("edits");
        try {
            Path file = directory.resolve("shop.yaml");
            Files.writeString(
                    file, (mark ? "\uFEFF" : "") + content(pieces).replace("\n", lineEnd));
            var repository = DirectoryRuleRepository.open(directory);
            Map<RuleId, String> expected = new TreeMap<>(Comparator.comparing(RuleId::name));
            pieces.forEach(piece -> expected.put(id(piece.name()), normalized(piece.text())));
            assertThat(read(repository)).isEqualTo(expected);

            for (Edit edit : edits) {
                apply(edit, repository, expected, file);
                assertThat(read(repository)).isEqualTo(expected);
                assertThat(repository.problems()).isEmpty();
            }
        } finally {
            delete(directory);
        }
    }

    private static void apply(
            Edit edit, RuleRepository repository, Map<RuleId, String> expected, Path file)
            throws IOException {
        List<RuleId> ids = new ArrayList<>(expected.keySet());
        String before = Files.exists(file) ? Files.readString(file) : "";
        RuleEdit.Builder builder = RuleEdit.by("ann");
        if (edit.verb() == 2 || ids.isEmpty()) {
            String name = "new" + expected.size() + "x" + edit.index();
            if (expected.containsKey(id(name))) {
                return;
            }
            repository.commit(builder.create(limit(name, edit.threshold())).build());
            expected.put(id(name), limit(name, edit.threshold()));
            assertThat(Files.readString(file)).startsWith(before);
            return;
        }
        RuleId of = ids.get(edit.index() % ids.size());
        String old = expected.get(of);
        String lineEnd = before.contains("\r\n") ? "\r\n" : "\n";
        int at = before.indexOf(old.stripTrailing().replace("\n", lineEnd));
        if (edit.verb() == 0) {
            String text = limit(of.name(), edit.threshold());
            repository.commit(builder.replace(text, StoredRule.revisionOf(old)).build());
            expected.put(of, text);
            String rest =
                    before.substring(at + old.replace("\n", lineEnd).length() - lineEnd.length());
            assertThat(Files.readString(file))
                    .isEqualTo(
                            before.substring(0, at)
                                    + text.replace("\n", lineEnd).stripTrailing()
                                    + rest);
        } else {
            repository.commit(builder.delete(of, StoredRule.revisionOf(old)).build());
            expected.remove(of);
            if (Files.exists(file)) {
                assertThat(before).startsWith(common(before, Files.readString(file)));
                expected.values().forEach(text -> contains(file, text, lineEnd));
            }
        }
    }

    private static void contains(Path file, String text, String lineEnd) {
        assertThat(file).content().contains(text.stripTrailing().replace("\n", lineEnd));
    }

    private static String common(String one, String other) {
        int length = 0;
        while (length < Math.min(one.length(), other.length())
                && one.charAt(length) == other.charAt(length)) {
            length++;
        }
        return one.substring(0, length);
    }

    private static Map<RuleId, String> read(RuleRepository repository) {
        Map<RuleId, String> texts = new TreeMap<>(Comparator.comparing(RuleId::name));
        repository.rules().forEach(rule -> texts.put(rule.id(), rule.text()));
        return texts;
    }

    private static String normalized(String text) {
        return RuleText.normalized(text);
    }

    private static String content(List<Piece> pieces) {
        var content = new StringBuilder();
        for (Piece piece : pieces) {
            boolean first = content.isEmpty();
            content.append(
                    first ? piece.before().replaceFirst("^\\.\\.\\.\n", "") : piece.before());
            content.append(piece.text());
        }
        return content.toString();
    }

    @Provide
    Arbitrary<List<Piece>> pieces() {
        Arbitrary<String> before =
                Arbitraries.of(
                        "---\n",
                        "\n---\n",
                        "--- \n\n",
                        "...\n---\n",
                        "...\n# between\n---\n",
                        "---\n# empty\n---\n",
                        "\n\n---   \n");
        Arbitrary<String> comment =
                Arbitraries.of(
                        "", "# end\n", "\n# far end ---\n", "  # indented\n", "# ...\n", "#\n\n");
        return Combinators.combine(before, Arbitraries.integers().between(1, 99), comment)
                .as((b, t, c) -> new Piece(b, "", t, c))
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(DirectoryEditProperties::named);
    }

    private static List<Piece> named(List<Piece> pieces) {
        List<Piece> named = new ArrayList<>();
        for (Piece piece : pieces) {
            named.add(
                    new Piece(
                            piece.before(),
                            "r" + named.size(),
                            piece.threshold(),
                            piece.comment()));
        }
        return named;
    }

    @Provide
    Arbitrary<List<Edit>> edits() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 9),
                        Arbitraries.integers().between(100, 199))
                .as(Edit::new)
                .list()
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> ends() {
        return Arbitraries.of("\n", "\r\n");
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
