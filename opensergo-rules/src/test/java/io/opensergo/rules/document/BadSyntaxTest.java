package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.GOOD;
import static io.opensergo.rules.document.Documents.problems;
import static io.opensergo.rules.document.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are no YAML or JSON, or nest too deeply, and what is said of them. */
class BadSyntaxTest {

    @TempDir Path directory;

    private static String nested(String content, int levels) {
        return "[".repeat(levels) + content + "]".repeat(levels);
    }

    @Nested
    class Syntax {

        @Test
        void tabInTheIndentationIsNamed() {
            assertThat(problems("kind: a\n\tb: 1\n"))
                    .singleElement()
                    .asString()
                    .startsWith("rules.yaml:2:1: is not valid YAML: found character '\\t(TAB)'");
        }

        @Test
        void duplicateKeyIsNamed() {
            assertThat(problems("---\n" + GOOD + "kind: again\n---\n" + GOOD))
                    .containsExactly(
                            "rules.yaml:6:5: is not valid YAML: Duplicate field 'kind' (document 1)");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\n", "\r\n", "\r"})
        void everyLineEndCounts(String lineEnd) {
            String text = GOOD + "---\nkind: [\n---\n" + GOOD + "---\n" + GOOD.replace("6", "-6");

            List<Problem> problems = read(text.replace("\n", lineEnd)).allProblems();

            assertThat(problems).extracting(Problem::document).containsExactly(2, 4);
            assertThat(problems).extracting(Problem::line).containsExactly(7, 16);
        }

        @Test
        void jsonFileIsReadAsJson() throws IOException {
            Path file = directory.resolve("rule.json");
            Rule rule = read(GOOD).orThrow().get(0);
            Files.writeString(file, RuleWriter.toJson(rule));

            assertThat(RuleReader.strict().read(file).orThrow()).containsExactly(rule);
        }

        @Test
        void jsonFaultHasAPlace() {
            String json =
                    RuleWriter.toJson(read(GOOD).orThrow().get(0))
                            .replace("\"spec\":", "\n\"spec\":");

            List<Problem> problems =
                    RuleReader.strict().read(json.replace(":6", ":-6"), "rule.json").allProblems();

            assertThat(problems)
                    .extracting(Problem::toString)
                    .containsExactly(
                            "rule.json:2:46: spec.maxConcurrency must be a whole number >= 0, was -6"
                                    + " (document 1)");
        }

        @Test
        void brokenJsonIsNamedSo() {
            assertThat(RuleReader.strict().read("{\"kind\": }", "rule.json").allProblems())
                    .singleElement()
                    .asString()
                    .startsWith("rule.json:1:10: is not valid JSON: Unexpected character");
        }

        @ParameterizedTest
        @ValueSource(strings = {"text", "5", "[a]", "true"})
        void documentIsAnObject(String text) {
            assertThat(problems(text))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "rules.yaml:1:1: must be an object with apiVersion, kind, metadata and spec");
        }

        @ParameterizedTest
        @ValueSource(strings = {".nan", ".inf", "!!binary aGk=", "? [a]"})
        void valueThatJsonDoesNotHaveIsRefused(String value) {
            assertThat(problems(GOOD.replace("6", value)))
                    .singleElement()
                    .asString()
                    .startsWith("rules.yaml:4:")
                    .contains("is not valid YAML");
        }
    }

    @Nested
    class AliasesAndDepth {

        @Test
        void aliasOfAnObjectStandsForIt() {
            String spec =
                    """
                    http:
                    - route: [{destination: &stable {host: a, subset: stable}}]
                    - route: [{destination: *stable}]
                    """;

            TrafficRouter router = Documents.rule(TrafficRouter.KIND, spec);

            assertThat(router.http().get(1)).isEqualTo(router.http().get(0));
        }

        @Test
        void faultInAnAliasIsReportedWhereTheAliasStands() {
            String spec =
                    """
                    http:
                    - route: [{destination: &bad {host: ""}}]
                    - route: [{destination: *bad}]
                    """;

            assertThat(problems(TrafficRouter.KIND, spec))
                    .hasSize(2)
                    .satisfiesExactly(
                            problem ->
                                    assertThat(problem)
                                            .startsWith("rules.yaml:6:39: spec.http[0]."),
                            problem ->
                                    assertThat(problem)
                                            .startsWith("rules.yaml:7:27: spec.http[1]."));
        }

        @Test
        void aliasWithoutAnchorIsRefusedClearly() {
            assertThat(problems("a: text\nb: *x\n"))
                    .containsExactly(
                            "rules.yaml:2:6: is not valid YAML: alias '*x' refers to no anchor before it"
                                    + " (document 1)");
        }

        @Test
        void aliasInsideItsOwnAnchorIsRefused() {
            assertThat(problems("a: &x [*x]\n"))
                    .singleElement()
                    .asString()
                    .contains("alias '*x' refers to no anchor before it");
        }

        @Test
        void aliasBombIsRefused() {
            var text = new StringBuilder("a0: &a0 [x]\n");
            for (int i = 1; i <= 30; i++) {
                text.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
            }

            assertThat(problems(text.toString()))
                    .singleElement()
                    .asString()
                    .contains(
                            "the document has more than 1000000 values, those behind aliases included");
        }

        @Test
        void aliasesDoNotNestDeeperThanTexts() {
            String text = "a: &a %s\nb: &b %s\n".formatted(nested("", 60), nested("*a", 60));

            assertThat(problems(text))
                    .singleElement()
                    .asString()
                    .contains(
                            "the document is nested deeper than 100 levels, those behind aliases");
        }

        @Test
        void anchorIsAsDeepAsItsDeepestPart() {
            String text =
                    "a: &a [%s, &c [x]]\nb: [*c, %s]\nd: %s\n"
                            .formatted(nested("", 50), nested("", 3), nested("*a", 49));

            assertThat(problems(text))
                    .singleElement()
                    .asString()
                    .contains("deeper than 100 levels");
            assertThat(problems(text.replace("[*a]", "*a"))).noneMatch(p -> p.contains("deeper"));
        }

        @Test
        void deepNestingConcernsItsDocumentOnly() {
            String text = "---\n" + GOOD + "---\na: " + nested("", 200) + "\n---\n" + GOOD;

            ReadResult result = read(text);

            assertThat(result.rules()).hasSize(2);
            assertThat(result.allProblems())
                    .singleElement()
                    .satisfies(
                            problem -> {
                                assertThat(problem.document()).isEqualTo(2);
                                assertThat(problem.line()).isEqualTo(7);
                                assertThat(problem.message())
                                        .isEqualTo(
                                                "is beyond a limit: Document nesting depth (101) exceeds"
                                                        + " the maximum allowed (100)");
                            });
        }

        @Test
        void deepNestingInJsonIsRefused() {
            List<Problem> problems =
                    RuleReader.strict()
                            .read("{\"a\":" + nested("", 200) + "}", "a.json")
                            .allProblems();

            assertThat(problems).singleElement().satisfies(p -> assertThat(p.line()).isEqualTo(1));
        }
    }

    @Nested
    class Messages {

        @Test
        void messageStaysInOneLine() {
            String spec = "minIntervalOfRequests: \"1\\n\\e[31ms 'x' \\\"y\\\"\"\nqueueTimeout: 1s";

            assertThat(problems(ThrottlingStrategy.KIND, spec))
                    .singleElement()
                    .asString()
                    .contains("was \"1\\n\\u001B[31ms 'x' \"y\"\"");
        }

        @Test
        void longValueIsCutInAMessage() {
            String spec =
                    "minIntervalOfRequests: \"%s\"\nqueueTimeout: \"%s\""
                            .formatted("😀".repeat(81), "x".repeat(80));

            assertThat(problems(ThrottlingStrategy.KIND, spec))
                    .satisfiesExactlyInAnyOrder(
                            problem ->
                                    assertThat(problem)
                                            .contains("was \"" + "😀".repeat(77) + "...\""),
                            problem ->
                                    assertThat(problem).contains("was \"" + "x".repeat(80) + "\""));
        }

        @Test
        void secretsAreNotShownEvenWhenTheyAreWrong() {
            ReadResult result =
                    RuleReader.strict()
                            .read(
                                    """
                                    apiVersion: database.opensergo.io/v1alpha1
                                    kind: VirtualDatabase
                                    metadata: {name: db}
                                    spec: {services: [{name: s, databaseMySQL: {password: 471100}}]}
                                    ---
                                    apiVersion: database.opensergo.io/v1alpha1
                                    kind: Encryption
                                    metadata: {name: e}
                                    spec: {encryptors: {card: {type: AES, props: {aes-key-value: 471100}}}}
                                    """,
                                    "secret.yaml");

            assertThat(result.allProblems()).hasSize(2);
            assertThat(result.allProblems().toString())
                    .contains(
                            "databaseMySQL.password must be a text", "aes-key-value must be a text")
                    .doesNotContain("471100");
        }
    }
}
