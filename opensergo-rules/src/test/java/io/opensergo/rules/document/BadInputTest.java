package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.GOOD;
import static io.opensergo.rules.document.Documents.problems;
import static io.opensergo.rules.document.Documents.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources that hold no rules, too much of them, or take too long. */
class BadInputTest {

    @TempDir Path directory;

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
