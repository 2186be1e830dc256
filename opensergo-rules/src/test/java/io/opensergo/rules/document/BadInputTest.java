package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.GOOD;
import static io.opensergo.rules.document.Documents.problems;
import static io.opensergo.rules.document.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadInputTest {
    @TempDir Path directory;

    private static String nested(String content, int levels) {
        return "[".repeat(levels) + content + "]".repeat(levels);
    }

    @Nested
    class Sources {

        @ParameterizedTest
        @ValueSource(strings = {"", "\uFEFF"})
        void sourceWithoutAByteIsAProblemOfTheSource(String text) {
            ReadResult result = read(text);

            assertThat(result.documents()).isEmpty();
            assertThat(result.problems())
                    .containsExactly(
                            new Problem(
                                    Problem.Severity.ERROR,
                                    "rules.yaml",
                                    0,
                                    0,
                                    0,
                                    "",
                                    "is empty: it has no bytes, as after a truncation"));
            assertThat(result.isClean()).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    " ",
                    "\n\n",
                    "# only a comment\n",
                    "---\n---\n",
                    "~",
                    "---\n---\n# c\n",
                    "---\n# apiVersion: x\n# kind: y\n"
                })
        void sourceOfCommentsAndMarkersHoldsNoRulesAndIsNoProblem(String text) {
            ReadResult result = read(text);

            assertThat(result.documents()).isEmpty();
            assertThat(result.problems()).isEmpty();
            assertThat(result.orThrow()).isEmpty();
        }

        @Test
        void missingFileIsNamed() {
            Path file = directory.resolve("none.yaml");

            assertThat(RuleReader.strict().read(file).allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(file + ": does not exist");
        }

        @Test
        void directoryCannotBeRead() {
            assertThat(RuleReader.strict().read(directory).allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(directory + ": cannot be read: Is a directory");
        }

        @Test
        void binaryFileIsNoText() throws IOException {
            Path file = directory.resolve("image.yaml");
            Files.write(file, new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xFF, (byte) 0xFE});

            assertThat(RuleReader.strict().read(file).allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(file + ": is not UTF-8 text, so it cannot hold rules");
        }

        @Test
        void forbiddenCharacterConcernsItsDocumentOnly() {
            String text = GOOD + "---\n" + GOOD + "---\nkind: a\u0000b\n---\n" + GOOD;

            ReadResult result = read(text);

            assertThat(result.rules()).hasSize(3);
            assertThat(result.allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "rules.yaml:11:8: is not valid YAML: the character U+0000 is not allowed"
                                    + " (document 3)");
        }

        @Test
        void forbiddenCharacterHidesNoOtherFault() {
            String faulty = GOOD.replace("6", "-6");
            String text = "kind: [\n---\n" + faulty + "---\n\u0007\n---\n\u001b\n---\n" + faulty;

            assertThat(problems(text))
                    .hasSize(5)
                    .satisfiesExactly(
                            problem -> assertThat(problem).endsWith("(document 1)"),
                            problem -> assertThat(problem).startsWith("rules.yaml:6:42: spec.max"),
                            problem ->
                                    assertThat(problem).contains(":8:1:", "U+0007", "(document 3)"),
                            problem ->
                                    assertThat(problem)
                                            .contains(":10:1:", "U+001B", "(document 4)"),
                            problem ->
                                    assertThat(problem)
                                            .contains(":15:42: spec.max", "(document 5)"));
        }

        @Test
        void byteOrderMarkIsSkipped() {
            assertThat(read("\uFEFF" + GOOD).isClean()).isTrue();
        }
    }

    @Nested
    class Sizes {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1E400",
                    "-1E999999999",
                    "1E4444444444444444441",
                    "1E-401",
                    "1E-4444444444444444441"
                })
        void shortTextThatStandsForAVeryLongNumberIsRefused(String number) {
            assertThat(RuleReader.strict().read("{\"a\": " + number + "}", "x.json").allProblems())
                    .singleElement()
                    .asString()
                    .startsWith("x.json:1:")
                    .contains("a number has more than 400 digits before or behind its point");
        }

        @Test
        void longNumberIsRefusedHoweverItIsWritten() {
            String digits = "1".repeat(401);

            assertThat(RuleReader.strict().read("a: " + digits, "x.yaml").allProblems())
                    .singleElement()
                    .asString()
                    .contains("more than 400 digits");
            assertThat(RuleReader.strict().read("{\"a\": " + digits + "}", "x.json").allProblems())
                    .singleElement()
                    .asString()
                    .contains("more than 400 digits");
        }

        @Test
        void fileOf50MegabytesIsRefusedUnread() throws IOException {
            Path file = directory.resolve("huge.yaml");
            try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(50L * 1024 * 1024);
            }

            assertThat(RuleReader.strict().read(file).allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(file + ": must be at most 16777216 bytes, was 52428800");
        }

        @Test
        void streamIsReadUpToTheGreatestSizeOnly() throws IOException {
            byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);
            RuleReader exact = RuleReader.strict().withMaxBytes(bytes.length);
            RuleReader less = RuleReader.strict().withMaxBytes(bytes.length - 1);

            assertThat(exact.read(new ByteArrayInputStream(bytes), "stream").isClean()).isTrue();
            assertThat(less.read(new ByteArrayInputStream(bytes), "stream").allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "stream: must be at most %d bytes, was more than %d"
                                    .formatted(bytes.length - 1, bytes.length - 1));
        }

        @Test
        void endlessStreamIsNotReadToItsEnd() throws IOException {
            var endless =
                    new InputStream() {
                        @Override
                        public int read() {
                            return '#';
                        }
                    };

            ReadResult result = RuleReader.strict().withMaxBytes(1000).read(endless, "endless");

            assertThat(result.problems()).hasSize(1);
        }

        @Test
        void textIsReadUpToTheGreatestSizeOnly() {
            RuleReader exact = RuleReader.strict().withMaxBytes(GOOD.length());
            RuleReader less = RuleReader.strict().withMaxBytes(GOOD.length() - 1);

            assertThat(exact.read(GOOD, "text").isClean()).isTrue();
            assertThat(less.read(GOOD, "text").problems())
                    .singleElement()
                    .satisfies(
                            problem -> assertThat(problem.message()).startsWith("must be at most"));
        }

        @Test
        void anySizeMayBeAllowed() throws IOException {
            RuleReader reader = RuleReader.strict().withMaxBytes(Integer.MAX_VALUE);
            byte[] bytes = GOOD.getBytes(StandardCharsets.UTF_8);

            assertThat(reader.read(new ByteArrayInputStream(bytes), "stream").isClean()).isTrue();
        }

        @Test
        void noSizeIsAMistakeOfTheCaller() {
            assertThatThrownBy(() -> RuleReader.strict().withMaxBytes(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("maxBytes must be >= 1, was 0");
        }

        @Test
        void longLineIsRefusedUnreadAndConcernsItsDocumentOnly() {
            String limit = "#" + "x".repeat(256 * 1024 - 1);
            String text = GOOD + limit + "\n---\n# " + limit + "\n" + GOOD + "---\n" + GOOD;

            ReadResult result = read(text);

            assertThat(result.rules()).hasSize(2);
            assertThat(result.allProblems())
                    .extracting(Problem::toString)
                    .containsExactly(
                            "rules.yaml:7:1: is beyond a limit: a line has more than 262144 characters"
                                    + " (document 2)");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\n", "\r\n", "\r", "\u2028"})
        void manyLinesAreNoLongLine(String lineEnd) {
            String line = "#" + "x".repeat(200_000) + lineEnd;

            assertThat(read(line.repeat(3) + "#\n" + GOOD).isClean()).isTrue();
        }
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

    @Nested
    class Time {

        @ParameterizedTest
        @ValueSource(strings = {"9", "0", "1s"})
        @Timeout(300)
        void endlessDurationIsRefusedQuickly(String part) {
            String text = part.repeat(2_000_000 / part.length()) + "s";
            ObjectNode pacing =
                    RuleWriter.toTree(
                            Documents.rule(
                                    ThrottlingStrategy.KIND,
                                    "minIntervalOfRequests: 1s\nqueueTimeout: 1s"));
            ObjectNode router =
                    RuleWriter.toTree(Documents.rule(TrafficRouter.KIND, "http: [{timeout: 1s}]"));
            ((ObjectNode) pacing.get("spec")).put("minIntervalOfRequests", text);
            ((ObjectNode) router.at("/spec/http/0")).put("timeout", text);

            assertThat(RuleReader.strict().read(pacing, "wire").problems()).hasSize(1);
            assertThat(RuleReader.strict().read(router, "wire").problems()).hasSize(1);
        }

        @Test
        @Timeout(300)
        void longLinesTakeTimeInProportion() {
            String text = "a: " + "x".repeat(16 * 1024 * 1024 - 10);

            assertThat(problems(text)).singleElement().asString().contains("is beyond a limit");
        }

        @Test
        void durationOfUsualLengthMayHaveManyZeros() {
            ThrottlingStrategy rule =
                    Documents.rule(
                            ThrottlingStrategy.KIND,
                            "minIntervalOfRequests: %s7ms\nqueueTimeout: 1s"
                                    .formatted("0".repeat(250)));

            assertThat(rule.minIntervalOfRequests()).isEqualTo(Duration.ofMillis(7));
        }

        @Test
        @Timeout(300)
        void manyBrokenDocumentsTakeTimeInProportion() {
            ReadResult result = read("---\n{\n".repeat(60_000));

            assertThat(result.allProblems()).hasSize(60_000);
            assertThat(result.allProblems().get(59_999).line()).isBetween(119_999, 120_002);
        }

        @Test
        @Timeout(300)
        void manySubsetsTakeTimeInProportion() {
            String subsets =
                    IntStream.range(0, 60_000)
                            .mapToObj(i -> "- {name: s" + i + "}")
                            .collect(Collectors.joining("\n"));

            VirtualWorkload rule =
                    Documents.rule(VirtualWorkload.KIND, "host: a\nsubsets:\n" + subsets);

            assertThat(rule.subsets()).hasSize(60_000);
        }

        @Test
        void bodyOfManyLinesIsText() {
            String spec =
                    """
                    behavior: ReturnProvidedResponse
                    behaviorDesc:
                      responseStatusCode: 429
                      responseContentBody: |
                        line 1
                        --- line 2
                    """;

            assertThat(Documents.rule(HttpRequestFallbackAction.KIND, spec).behaviorDesc())
                    .satisfies(
                            response ->
                                    assertThat(response.responseContentBody())
                                            .isEqualTo("line 1\n--- line 2\n"));
        }
    }
}
