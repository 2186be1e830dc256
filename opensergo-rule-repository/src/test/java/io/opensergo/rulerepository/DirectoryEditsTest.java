package io.opensergo.rulerepository;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleDocumentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An edit changes the text of its document and nothing else. */
class DirectoryEditsTest {

    @TempDir private Path directory;
    private DirectoryRuleRepository repository;

    @BeforeEach
    void open() {
        repository = DirectoryRuleRepository.open(directory);
    }

    private Path write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private void replace(String name, int threshold) {
        String revision = repository.find(id(name)).orElseThrow().revision();
        repository.commit(RuleEdit.by("ann").replace(limit(name, threshold), revision).build());
    }

    private void delete(String name) {
        String revision = repository.find(id(name)).orElseThrow().revision();
        repository.commit(RuleEdit.by("ann").delete(id(name), revision).build());
    }

    private void create(String name) {
        repository.commit(RuleEdit.by("ann").create(limit(name, 1)).build());
    }

    @Nested
    class TextAroundAnEdit {

        @Test
        void commentsBetweenDocumentsStay() throws IOException {
            String before =
                    "# head\n\n---\n"
                            + limit("a", 1)
                            + "\n---\n\n"
                            + limit("b", 2)
                            + "# end of b\n";
            Path file = write("shop.yaml", before);

            replace("a", 5);

            assertThat(file).content().isEqualTo(before.replace(limit("a", 1), limit("a", 5)));
            assertThat(repository.find(id("b")).orElseThrow())
                    .satisfies(b -> assertThat(b.text()).isEqualTo(limit("b", 2) + "# end of b\n"))
                    .satisfies(b -> assertThat(b.place()).isEqualTo("shop.yaml:20"));
        }

        /** As in an editor that rewrote 1,690 lines for 44. */
        @Test
        void lineEndsOfWindowsStay() throws IOException {
            String before = (limit("a", 1) + "---\n" + limit("b", 2)).replace("\n", "\r\n");
            Path file = write("shop.yaml", before);

            replace("b", 5);
            create("c");

            assertThat(file)
                    .content()
                    .isEqualTo(
                            (limit("a", 1) + "---\n" + limit("b", 5) + "---\n" + limit("c", 1))
                                    .replace("\n", "\r\n"));
            assertThat(repository.find(id("a")).orElseThrow().text()).isEqualTo(limit("a", 1));
        }

        @Test
        void aByteOrderMarkStays() throws IOException {
            Path file = write("shop.yaml", "\uFEFF" + limit("a", 1));

            replace("a", 5);

            assertThat(file).content().isEqualTo("\uFEFF" + limit("a", 5));
        }

        @Test
        void aMissingLineEndAtTheEndStaysMissing() throws IOException {
            Path file = write("shop.yaml", limit("a", 1).stripTrailing());

            replace("a", 5);

            assertThat(file).content().isEqualTo(limit("a", 5).stripTrailing());
        }

        @Test
        void aNewRuleBehindAMissingLineEndGetsOneBefore() throws IOException {
            Path file = write("shop.yaml", limit("a", 1).stripTrailing());

            create("b");

            assertThat(file).content().isEqualTo(limit("a", 1) + "---\n" + limit("b", 1));
        }

        @Test
        void anchorsAndAliasesStay() throws IOException {
            String a =
                    limit("a", 1)
                            .replace("{app: shop}", "&labels {app: shop}")
                            .replace("spec:", "  annotations: *labels\nspec:");
            Path file = write("shop.yaml", limit("b", 1) + "---\n" + a);

            replace("b", 5);

            assertThat(repository.problems()).isEmpty();
            assertThat(file).content().isEqualTo(limit("b", 5) + "---\n" + a);
        }

        @ParameterizedTest
        @ValueSource(strings = {"|+", ">+", "|2+"})
        void blankLinesThatAScalarKeepsArePartOfTheDocument(String indicator) throws IOException {
            String a = limit("a", 1) + "\n";
            String kept =
                    "apiVersion: fault-tolerance.opensergo.io/v1alpha1\nkind: RateLimitStrategy\n"
                            + "spec: {metricType: RequestAmount, limitMode: Local, threshold: 1, statDurationSeconds: 1}\n"
                            + "metadata:\n  name: k\n  annotations:\n    text: "
                            + indicator
                            + "\n      x\n\n\n";
            write("shop.yaml", a + "---\n" + kept + "---\n" + limit("b", 1));

            assertThat(repository.find(id("k")).orElseThrow().text()).isEqualTo(kept);
            replace("b", 5);
            delete("a");
            assertThat(directory.resolve("shop.yaml"))
                    .content()
                    .isEqualTo(kept + "---\n" + limit("b", 5));
        }

        @Test
        void permissionsAndLinksStay(@TempDir Path elsewhere) throws IOException {
            Path target = Files.writeString(elsewhere.resolve("real.yaml"), limit("a", 1));
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-x--x"));
            Path link = Files.createSymbolicLink(directory.resolve("shop.yaml"), target);

            replace("a", 5);

            assertThat(link).isSymbolicLink();
            assertThat(target).content().isEqualTo(limit("a", 5));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                    .isEqualTo("rw-r-x--x");
            try (var files = Files.list(elsewhere)) {
                assertThat(files).containsExactly(target);
            }

            delete("a");
            assertThat(link).content().isEqualTo("# no rules\n");
        }
    }

    @Nested
    class MarkersOfDocuments {

        @Test
        void markersInBlockScalarsAreText() throws IOException {
            String scalar =
                    """
                      annotations:
                        text: |
                          one
                          ---
                          ...
                          two
                    spec:
                    """;
            String a = limit("a", 1).replace("spec:\n", scalar);
            Path file = write("shop.yaml", a + "---\n" + limit("b", 1));

            replace("b", 5);

            assertThat(file).content().isEqualTo(a + "---\n" + limit("b", 5));
            assertThat(repository.find(id("a")).orElseThrow().text()).isEqualTo(a);
        }

        @Test
        void endMarkersStayAndGoWithTheirDocument() throws IOException {
            Path file =
                    write(
                            "shop.yaml",
                            "---\n" + limit("a", 1) + "...\n# between\n---\n" + limit("b", 1));

            replace("a", 5);
            assertThat(file)
                    .content()
                    .isEqualTo("---\n" + limit("a", 5) + "...\n# between\n---\n" + limit("b", 1));

            delete("a");
            assertThat(file).content().isEqualTo("# between\n---\n" + limit("b", 1));
        }

        @Test
        void aDocumentOnTheLineOfItsMarkerCanBeReplaced() throws IOException {
            String flow =
                    "--- {apiVersion: fault-tolerance.opensergo.io/v1alpha1, kind: RateLimitStrategy,"
                            + " metadata: {name: a, labels: {app: shop}}, spec: {metricType: RequestAmount,"
                            + " limitMode: Local, threshold: 1, statDurationSeconds: 1}}\n";
            Path file = write("shop.yaml", flow + "---\n" + limit("b", 1));

            String revision = repository.find(id("a")).orElseThrow().revision();
            String plain = limit("a", 5).substring(limit("a", 5).indexOf('\n') + 1);
            repository.commit(RuleEdit.by("ann").replace(plain, revision).build());

            assertThat(file).content().isEqualTo("--- \n" + plain + "---\n" + limit("b", 1));
            assertThat(repository.problems()).isEmpty();
        }

        @Test
        void theDeletedDocumentGoesWithItsMarker() throws IOException {
            Path file =
                    write(
                            "shop.yaml",
                            limit("a", 1) + "---\n" + limit("b", 1) + "---\n" + limit("c", 1));

            delete("b");
            assertThat(file).content().isEqualTo(limit("a", 1) + "---\n" + limit("c", 1));
            delete("a");
            assertThat(file).content().isEqualTo(limit("c", 1));
            delete("c");
            assertThat(file).doesNotExist();
        }

        @Test
        void neighboursAreDeletedTogetherWhateverTheirMarkersLookLike() throws IOException {
            Path file =
                    write(
                            "shop.yaml",
                            limit("a", 1)
                                    + "---   \n"
                                    + limit("b", 1)
                                    + "--- # c\n"
                                    + limit("c", 1));

            repository.commit(
                    RuleEdit.by("ann")
                            .delete(id("a"), StoredRule.revisionOf(limit("a", 1)))
                            .delete(id("b"), StoredRule.revisionOf(limit("b", 1)))
                            .build());

            assertThat(file).content().isEqualTo("--- # c\n" + limit("c", 1));
        }
    }

    @Nested
    class PlacesOfDocuments {

        @Test
        void aFileOfCommentsAloneStays() throws IOException {
            Path file = write("shop.yaml", "# owned by the shop team\n---\n" + limit("a", 1));

            delete("a");

            assertThat(file).content().isEqualTo("# owned by the shop team\n");
            assertThat(repository.problems()).isEmpty();
        }

        @Test
        void severalDocumentsOfAFileChangeAtOnce() throws IOException {
            Path file =
                    write(
                            "shop.yaml",
                            limit("a", 1) + "---\n" + limit("b", 1) + "---\n" + limit("c", 1));

            repository.commit(
                    RuleEdit.by("ann")
                            .replace(limit("a", 5), StoredRule.revisionOf(limit("a", 1)))
                            .delete(id("b"), StoredRule.revisionOf(limit("b", 1)))
                            .create(limit("d", 1))
                            .build());

            assertThat(file)
                    .content()
                    .isEqualTo(limit("a", 5) + "---\n" + limit("c", 1) + "---\n" + limit("d", 1));
        }

        @Test
        void jsonStaysJson() throws IOException {
            Path file = write("shop.json", json("a", 1) + "\n" + json("b", 1));
            String revision = repository.find(id("a")).orElseThrow().revision();

            assertThatThrownBy(() -> replace("a", 5))
                    .isInstanceOf(RuleDocumentException.class)
                    .hasMessageContaining("shop.json: write it as JSON");
            repository.commit(RuleEdit.by("ann").replace(json("a", 5), revision).build());
            assertThat(file).content().isEqualTo(json("a", 5) + "\n" + json("b", 1));

            delete("a");
            assertThat(file).content().isEqualTo(json("b", 1));
            delete("b");
            assertThat(file).doesNotExist();
        }

        private static String json(String name, int threshold) {
            return """
                   {
                   \t"apiVersion": "fault-tolerance.opensergo.io/v1alpha1", "kind": "RateLimitStrategy",
                   \t"metadata": {"name": "%s", "labels": {"app": "shop"}},
                   \t"spec": {"metricType": "RequestAmount", "limitMode": "Local", "threshold": %d, "statDurationSeconds": 1}
                   }
                   """
                    .formatted(name, threshold);
        }

        @Test
        void aNewRuleGoesToTheFileOfItsApplication() throws IOException {
            String other = limit("x", 1).replace("app: shop", "app: cart");
            write("team.yaml", limit("a", 1) + "---\n" + limit("b", 1));
            write("all.yaml", limit("c", 1) + "---\n" + other);

            create("d");
            repository.commit(RuleEdit.by("ann").create(other.replace("x", "y")).build());
            repository.commit(
                    RuleEdit.by("ann")
                            .create(limit("z", 1).replace("app: shop", "app: a/b ü"))
                            .build());
            repository.commit(
                    RuleEdit.by("ann")
                            .create(limit("n", 1).replace("  labels", "  namespace: eu\n  labels"))
                            .build());

            assertThat(place("d")).startsWith("team.yaml:");
            assertThat(place("y")).startsWith("all.yaml:");
            assertThat(place("z")).startsWith("a-b-.yaml:");
            assertThat(directory.resolve("eu.shop.yaml")).exists();
        }

        private String place(String name) {
            return repository.find(id(name)).orElseThrow().place();
        }

        @Test
        void aNewFileNeverTakesThePlaceOfAnother() throws IOException {
            write("shop.yaml", "kind: [broken\n");

            create("a");

            assertThat(directory.resolve("shop-2.yaml")).content().isEqualTo(limit("a", 1));
            assertThat(directory.resolve("shop.yaml")).content().isEqualTo("kind: [broken\n");
        }

        @Test
        void filesInDirectoriesBelowAreEditedWhereTheyAre() throws IOException {
            Path file = write("teams/shop/limits.yml", limit("a", 1));
            write(".hidden/limits.yml", limit("b", 1));

            replace("a", 5);

            assertThat(file).content().isEqualTo(limit("a", 5));
            assertThat(repository.find(id("b"))).isEmpty();
        }
    }

    @Nested
    class FaultyRules {

        @Test
        void aFaultyDocumentOfTheFileIsLeftAsItIs() throws IOException {
            String broken = "kind: [oh no\n";
            Path file =
                    write("shop.yaml", limit("a", 1) + "---\n" + broken + "---\n" + limit("b", 1));

            replace("b", 5);

            assertThat(file)
                    .content()
                    .isEqualTo(limit("a", 1) + "---\n" + broken + "---\n" + limit("b", 5));
            assertThat(repository.problems()).extracting(Problem::line).contains(15);
        }

        @Test
        void aFaultyRuleIsShownAndCanBeMended() throws IOException {
            Path file = write("shop.yaml", limit("a", -1));

            StoredRule stored = repository.find(id("a")).orElseThrow();
            assertThat(stored.rule()).isNull();
            assertThat(stored.problems()).extracting(Problem::line).containsExactly(11);

            replace("a", 5);
            assertThat(file).content().isEqualTo(limit("a", 5));
        }
    }

    @Nested
    class DocumentsThatAreReadOnly {

        @Test
        void aRuleThatStandsTwiceIsReadOnlyAndSaysWhere() throws IOException {
            write("a.yaml", limit("a", 1));
            write("a-backup.yaml", limit("a", 2));

            assertThat(repository.find(id("a")).orElseThrow().text()).isEqualTo(limit("a", 1));
            assertThatThrownBy(() -> replace("a", 5))
                    .isInstanceOf(ReadOnlyRepositoryException.class)
                    .hasMessageContaining("a.yaml:2, a-backup.yaml:2");
        }

        @Test
        void anItemOfAListIsReadOnly() throws IOException {
            String list =
                    "apiVersion: v1\nkind: List\nitems:\n  - "
                            + limit("a", 1).lines().skip(1).collect(Collectors.joining("\n    "))
                            + "\n";
            write("list.yaml", list);

            assertThatThrownBy(() -> replace("a", 5))
                    .isInstanceOf(ReadOnlyRepositoryException.class)
                    .hasMessageContaining("an item of a list")
                    .hasMessageContaining("list.yaml:4");
        }

        @Test
        void aDocumentBehindADirectiveIsReadOnly() throws IOException {
            write("shop.yaml", "%YAML 1.1\n---\n" + limit("a", 1));

            assertThatThrownBy(() -> delete("a"))
                    .isInstanceOf(ReadOnlyRepositoryException.class)
                    .hasMessageContaining("%YAML");
        }
    }
}
