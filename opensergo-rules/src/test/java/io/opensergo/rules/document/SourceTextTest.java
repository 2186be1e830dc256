package io.opensergo.rules.document;

import static io.opensergo.rules.document.Documents.problems;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages quote what the source says, not what YAML makes of it. */
class SourceTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5", "1e3", "1E+3", "007", "010", "-010", "00", "0x10", "0b11", "1_000", "+5", ".5",
                "1.", "1.50", "on", "yes", "True", "no"
            })
    void adviceToQuoteQuotesTheSource(String written) {
        assertThat(problems(Documents.GOOD.replace("name: good", "name: " + written)))
                .containsExactly(
                        "rules.yaml:3:18: metadata.name must be a text, was %s; put it in quotes: \"%s\""
                                        .formatted(written, written)
                                + " (document 1)");
    }

    @Test
    void adviceFollowedIsRight() {
        assertThat(problems(Documents.GOOD.replace("name: good", "name: \"007\""))).isEmpty();
    }

    @Test
    void adviceOfAJsonFileQuotesTheSourceToo() {
        String text =
                """
                {"apiVersion": "fault-tolerance.opensergo.io/v1alpha1", "kind": "ConcurrencyLimitStrategy",
                 "metadata": {"name": 1E3}, "spec": {"limitMode": "Local", "maxConcurrency": 6}}
                """;

        assertThat(RuleReader.strict().read(text, "rules.json").allProblems())
                .singleElement()
                .satisfies(
                        problem ->
                                assertThat(problem.message())
                                        .endsWith("was 1E3; put it in quotes: \"1E3\""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "010  | was 010, which YAML reads as octal; write 8, or 10",
                "0777 | was 0777, which YAML reads as octal; write 511, or 777",
                "007  | was 007; write 7",
                "0_7  | was 0_7; write 7"
            })
    void numberWithALeadingZeroIsRefused(String written, String message) {
        assertThat(problems(Documents.GOOD.replace("6", written)))
                .singleElement()
                .asString()
                .startsWith("rules.yaml:4:42: spec.maxConcurrency must be a whole number")
                .contains(message);
    }

    @ParameterizedTest
    @CsvSource({"0x10, 16", "0b11, 3", "1_000, 1000", "+5, 5", "0, 0", "8, 8"})
    void otherSpellingsOfANumberAreNumbers(String written, int value) {
        ConcurrencyLimitStrategy rule =
                Documents.rule(
                        ConcurrencyLimitStrategy.KIND,
                        "limitMode: Local\nmaxConcurrency: " + written);

        assertThat(rule.maxConcurrency()).isEqualTo(value);
    }

    @Test
    void numberOutOfItsRangeIsShownAsWritten() {
        assertThat(
                        problems(
                                RateLimitStrategy.KIND,
                                "metricType: RequestAmount\nlimitMode: Local\nthreshold: 1.50\n"
                                        + "statDurationSeconds: 1e0"))
                .satisfiesExactly(
                        problem -> assertThat(problem).contains("threshold", "was 1.50"),
                        problem -> assertThat(problem).contains("statDurationSeconds", "was 1e0"));
    }
}
