package io.opensergo.rules.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.rules.RuleKind;
import io.opensergo.rules.database.Sharding;
import io.opensergo.rules.database.ShardingStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.TrafficRouter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotationTest {
    private static final String DURATION_UNITS =
            "a whole number with one of the units ms, s, m, min, minute, h, d, was \"";

    private static Threshold threshold(String metric, String value) {
        return Documents.rule(AdaptiveOverloadProtectionStrategy.KIND, overload(metric, value))
                .triggerThreshold();
    }

    private static String overload(String metric, String value) {
        return "metricType: %s\ntriggerThreshold: %s\nadaptiveStrategy: NONE"
                .formatted(metric, value);
    }

    private static List<String> errorTypes(String conditions) {
        return breaker("triggerRatio: 5%\nerrorConditions: {" + conditions + "}")
                .errorConditions()
                .errorTypes();
    }

    private static CircuitBreakerStrategy breaker(String more) {
        return Documents.rule(CircuitBreakerStrategy.KIND, breakerSpec(more));
    }

    private static String breakerSpec(String more) {
        return "strategy: ErrorRequestRatio\nstatDuration: 1s\nrecoveryTimeout: 1s\n"
                + "minRequestAmount: 1\n"
                + more;
    }

    private static Duration queueTimeout(String text) {
        return Documents.rule(
                        ThrottlingStrategy.KIND, "minIntervalOfRequests: 0s\nqueueTimeout: " + text)
                .queueTimeout();
    }

    private static Duration minInterval(String text) {
        return Documents.rule(
                        ThrottlingStrategy.KIND,
                        "minIntervalOfRequests: " + text + "\nqueueTimeout: 1s")
                .minIntervalOfRequests();
    }

    private static List<String> problems(String field, String text) {
        String other = field.equals("queueTimeout") ? "minIntervalOfRequests" : "queueTimeout";
        String quoted = '"' + text.replace("\n", "\\n") + '"';
        return problems(ThrottlingStrategy.KIND, other + ": 1s\n" + field + ": " + quoted);
    }

    private static List<String> problems(RuleKind<?> kind, String spec) {
        return Documents.problems(kind, spec);
    }

    private static HttpRoute route(String fields) {
        return Documents.rule(TrafficRouter.KIND, "http:\n- " + fields).http().get(0);
    }

    private static List<String> routeProblems(String fields) {
        return problems(TrafficRouter.KIND, "http:\n- " + fields);
    }

    @Nested
    class Durations {

        @ParameterizedTest
        @CsvSource({
            "1ms, 1",
            "500ms, 500",
            "10s, 10000",
            "5m, 300000",
            "5min, 300000",
            "5minute, 300000",
            "1h, 3600000",
            "2d, 172800000",
            "9223372036854775807ms, 9223372036854775807"
        })
        void durationIsAWholeNumberWithAUnit(String text, long millis) {
            assertThat(queueTimeout(text)).isEqualTo(Duration.ofMillis(millis));
            assertThat(minInterval(text)).isEqualTo(Duration.ofMillis(millis));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "s",
                    "1",
                    "1 s",
                    " 1s",
                    "1s ",
                    "-1s",
                    "+1s",
                    "1.5s",
                    "1h30m",
                    "1S",
                    "1sec",
                    "1us",
                    "1ns",
                    "1w",
                    "1minutes",
                    "1_000ms",
                    "0x1s",
                    "१s",
                    "1s\n",
                    "P1D"
                })
        void durationRefusesAnythingElse(String text) {
            String quoted = text.replace("\n", "\\n");

            assertThat(problems("queueTimeout", text))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.queueTimeout must be a duration like \"500ms\": ",
                            DURATION_UNITS.replace("a whole number", "a whole number of at least 1")
                                    + quoted
                                    + '"');
            assertThat(problems("minIntervalOfRequests", text))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.minIntervalOfRequests must be a duration like \"25ms\": ",
                            DURATION_UNITS + quoted + '"');
        }

        @ParameterizedTest
        @CsvSource({"0ms, 0", "0s, 0", "00d, 0", "007s, 7000"})
        void onlyDurationOrZeroTakesZeroAndLeadingZeros(String text, long millis) {
            assertThat(minInterval(text)).isEqualTo(Duration.ofMillis(millis));
            assertThat(problems("queueTimeout", text)).hasSize(1);
        }

        @Test
        void durationIsTextNotNumber() {
            assertThat(
                            problems(
                                    ThrottlingStrategy.KIND,
                                    "minIntervalOfRequests: 5\nqueueTimeout: 7"))
                    .hasSize(2)
                    .anySatisfy(problem -> assertThat(problem).endsWith("d, was 5 (document 1)"))
                    .anySatisfy(problem -> assertThat(problem).endsWith("d, was 7 (document 1)"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"9223372036854775808ms", "9223372036854776s", "99999999999999999999d"})
        void durationMustFit64BitsOfMilliseconds(String text) {
            assertThat(problems("queueTimeout", text))
                    .containsExactly(
                            "rules.yaml:6:17: spec.queueTimeout must be a duration that fits 64 bits of"
                                    + " milliseconds, was \""
                                    + text
                                    + "\" (document 1)");
        }

        @ParameterizedTest
        @CsvSource({
            "0.5s, PT0.5S",
            "30s, PT30S",
            "0s, PT0S",
            "1h30m, PT1H30M",
            "1h1m1s1ms1us1ns, PT1H1M1.001001001S",
            "1.5h, PT1H30M",
            "1ms, PT0.001S",
            "0.0000000019s, PT0.000000001S",
            "9223372036854775807s, PT2562047788015215H30M7S"
        })
        void decimalDurationIsASumOfNumbersWithUnits(String text, Duration duration) {
            assertThat(route("timeout: " + text).timeout()).isEqualTo(duration);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "", "1", "-1s", ".5s", "1.s", "1 s", "1d", "1min", "1s 1ms", "1e3s", "s"
                })
        void decimalDurationRefusesAnythingElse(String text) {
            assertThat(routeProblems("timeout: '" + text + "'"))
                    .containsExactly(
                            "rules.yaml:6:14: spec.http[0].timeout must be a duration like \"0.5s\":"
                                    + " numbers with one of the units h, m, s, ms, us, ns, was \""
                                    + text
                                    + "\" (document 1)");
        }

        @Test
        void decimalDurationMustFit64BitsOfSeconds() {
            assertThat(routeProblems("timeout: 9223372036854775808s"))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.http[0].timeout must be a duration that fits 64 bits of seconds");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"statDurationSeconds: 120", "statDuration: 2m", "statDuration: 120s"})
        void rateLimitWindowIsReadInEachSpelling(String window) {
            RateLimitStrategy rule =
                    Documents.rule(
                            RateLimitStrategy.KIND,
                            "metricType: RequestAmount\nlimitMode: Local\nthreshold: 5\n" + window);

            assertThat(rule.statDuration()).isEqualTo(Duration.ofMinutes(2));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "statDuration: 1500ms | statDuration must be a whole number of seconds, was PT1.5S",
                    "statDurationSeconds: 0 | statDurationSeconds must be a whole number >= 1, was 0",
                    "statDurationSeconds: 1.5 | statDurationSeconds must be a whole number, was 1.5",
                    "statDurationSeconds: '1' | statDurationSeconds must be a whole number, was \"1\"",
                    "statDuration: 100000d | statDuration must be a whole number from 1 to 2147483647,"
                            + " was 8640000000",
                    "other: 1 | statDurationSeconds is required"
                })
        void rateLimitWindowIsAtLeastASecondAndWhole(String window, String message) {
            assertThat(
                            problems(
                                    RateLimitStrategy.KIND,
                                    "metricType: RequestAmount\nlimitMode: Local\nthreshold: 5\n"
                                            + window))
                    .anySatisfy(problem -> assertThat(problem).contains("spec." + message));
        }
    }

    @Nested
    class Percentages {

        @ParameterizedTest
        @CsvSource({
            "0%, 0",
            "1%, 0.01",
            "9%, 0.09",
            "10%, 0.1",
            "29%, 0.29",
            "60%, 0.6",
            "100%, 1"
        })
        void percentIsAWholePercentage(String text, double ratio) {
            assertThat(breaker("triggerRatio: '" + text + "'").triggerRatio()).isEqualTo(ratio);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "05%", "00%", "50.5%", "0.5", "101%", "160%", "1000%", "-1%", "50", "%", "",
                    "50 %", " 50%", "50%%", "५०%"
                })
        void percentRefusesAnythingElse(String text) {
            assertThat(
                            problems(
                                    CircuitBreakerStrategy.KIND,
                                    breakerSpec("triggerRatio: '" + text + "'")))
                    .containsExactly(
                            "rules.yaml:9:17: spec.triggerRatio must be a whole percentage from \"0%\""
                                    + " to \"100%\", was \""
                                    + text
                                    + "\" (document 1)");
        }

        @Test
        void percentIsTextNotNumber() {
            assertThat(problems(CircuitBreakerStrategy.KIND, breakerSpec("triggerRatio: 0.5")))
                    .singleElement()
                    .asString()
                    .endsWith("was 0.5 (document 1)");
        }

        @ParameterizedTest
        @CsvSource({"0, 0", "100, 1", "12.5, 0.125", "33, 0.33", "0.0001, 0.000001", "1e+1, 0.1"})
        void mirrorShareIsReadInEachSpelling(String percent, double ratio) {
            assertThat(route("mirrorPercentage: {value: " + percent + "}").mirrorRatio())
                    .isEqualTo(ratio);
            assertThat(route("mirrorPercent: " + percent).mirrorRatio()).isEqualTo(ratio);
            assertThat(route("mirror_percent: " + percent).mirrorRatio()).isEqualTo(ratio);
        }

        @ParameterizedTest
        @ValueSource(strings = {"-1", "100.1", "160", "\"50\"", "50%", "true", "[]", "1e+399"})
        void percentNumberRefusesWhatIsNotFrom0To100(String percent) {
            assertThat(routeProblems("mirrorPercent: " + percent))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.http[0].mirrorPercent must be a number from 0 to 100 (percent), was");
            assertThat(routeProblems("mirrorPercentage: {value: " + percent + "}"))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.http[0].mirrorPercentage.value must be a number from 0 to 100"
                                    + " (percent), was");
        }

        @Test
        void percentObjectHasAValueAndNothingElse() {
            assertThat(routeProblems("mirrorPercentage: {}"))
                    .singleElement()
                    .asString()
                    .contains("spec.http[0].mirrorPercentage.value is required");
            assertThat(routeProblems("mirrorPercentage: 5"))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.http[0].mirrorPercentage must be an object like {value: 12.5}, was 5");
            assertThat(routeProblems("mirrorPercentage: {value: 5, unit: percent}"))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.http[0].mirrorPercentage.unit is an unknown field; allowed: [value]");
        }

        @Test
        void faultDelayTakesTheOlderPercent() {
            assertThat(route("fault: {delay: {fixedDelay: 1s, percent: 40}}").fault())
                    .satisfies(fault -> assertThat(fault.delay().ratio()).isEqualTo(0.4));
        }

        @Test
        void thresholdIsAPercentageOfTheCpuOrALoad() {
            assertThat(threshold("CpuPercentage", "82%")).isEqualTo(Threshold.ofCpu(0.82));
            assertThat(threshold("SystemLoad", "4.5")).isEqualTo(Threshold.ofLoad(4.5));
            assertThat(threshold("SystemLoad", "0")).isEqualTo(Threshold.ofLoad(0));
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"4.5\"", "-1", "101%", "1e+399", "true", "null"})
        void thresholdRefusesAnythingElse(String value) {
            assertThat(
                            problems(
                                    AdaptiveOverloadProtectionStrategy.KIND,
                                    overload("SystemLoad", value)))
                    .singleElement()
                    .asString()
                    .contains(
                            "spec.triggerThreshold must be a percentage like \"82%\" or a number >= 0"
                                    + " like 4.5");
        }
    }

    @Nested
    class Spellings {

        @Test
        void twoSpellingsOfOneValueExcludeEachOther() {
            assertThat(routeProblems("mirrorPercentage: {value: 5}\n  mirror_percent: 5"))
                    .containsExactly(
                            "rules.yaml:7:21: spec.http[0].mirror_percent must not be given together"
                                    + " with mirrorPercentage, was both (document 1)");
        }

        @Test
        void aSpellingWithoutValueExcludesNone() {
            assertThat(route("mirrorPercent: null\n  mirrorPercentage: {value: 5}").mirrorRatio())
                    .isEqualTo(0.05);
            assertThat(route("mirrorPercentage: {value: 5}\n  mirrorPercent: null").mirrorRatio())
                    .isEqualTo(0.05);
        }
    }

    @Nested
    class Lists {

        @Test
        void errorTypesAreOneOrMany() {
            assertThat(errorTypes("errorType: java.io.IOException"))
                    .containsExactly("java.io.IOException");
            assertThat(errorTypes("errorType: [a.B, c.D]")).containsExactly("a.B", "c.D");
            assertThat(errorTypes("errorType: []")).isEmpty();
            assertThat(errorTypes("representation: UNAVAILABLE")).containsExactly("UNAVAILABLE");
            assertThat(errorTypes("")).isEmpty();
        }

        @Test
        void errorTypesAreNotEmpty() {
            assertThat(
                            problems(
                                    CircuitBreakerStrategy.KIND,
                                    breakerSpec(
                                            "triggerRatio: 5%\nerrorConditions: {errorType: [a, '']}")))
                    .containsExactly(
                            "rules.yaml:10:36: spec.errorConditions.errorType[1] must be a text of at"
                                    + " least 1 character, was empty (document 1)");
        }

        @Test
        void errorTypesAreTexts() {
            assertThat(
                            problems(
                                    CircuitBreakerStrategy.KIND,
                                    breakerSpec(
                                            "triggerRatio: 5%\nerrorConditions: {errorType: 500}")))
                    .singleElement()
                    .asString()
                    .contains("spec.errorConditions.errorType must be a list, was 500");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {"'a,b' | a,b", "' a , b ' | a,b", "a | a"})
        void commaListIsSplitAndStripped(String text, String parts) {
            assertThat(route("retries: {retryOn: '" + text + "'}").retries())
                    .satisfies(r -> assertThat(r.retryOn()).containsExactly(parts.split(",")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"a,,b", ",a", "a,", " "})
        void commaListRefusesEmptyParts(String text) {
            assertThat(routeProblems("retries: {retryOn: '" + text + "'}"))
                    .isNotEmpty()
                    .allSatisfy(
                            problem ->
                                    assertThat(problem)
                                            .contains(
                                                    "retryOn[",
                                                    "text without comma or outer blanks"));
        }

        @Test
        void shardingColumnsAreACommaListOfTheComplexStrategyOnly() {
            String spec =
                    """
                    defaultDatabaseStrategy: {complex: {shardingColumn: "a, b", shardingAlgorithm: x}}
                    defaultTableStrategy: {hint: {shardingColumn: "a, b", shardingAlgorithm: x}}
                    autoTables: {t: {actualDataNodes: "ds_${0..1}", shardingStrategy: {none: {}}}}
                    tables: {u: {tableStrategy: {none: null}}}
                    """;

            Sharding sharding = Documents.rule(Sharding.KIND, spec);

            assertThat(sharding.defaultDatabaseStrategy())
                    .isEqualTo(
                            ShardingStrategy.Complex.builder()
                                    .shardingColumns(List.of("a", "b"))
                                    .shardingAlgorithm("x")
                                    .build());
            assertThat(sharding.defaultTableStrategy())
                    .isEqualTo(
                            ShardingStrategy.Hint.builder()
                                    .shardingColumn("a, b")
                                    .shardingAlgorithm("x")
                                    .build());
            assertThat(sharding.autoTables())
                    .isEqualTo(
                            Map.of(
                                    "t",
                                    Sharding.AutoTable.builder()
                                            .actualDataSources("ds_${0..1}")
                                            .shardingStrategy(new ShardingStrategy.None())
                                            .build()));
            assertThat(sharding.tables().get("u").tableStrategy())
                    .isEqualTo(new ShardingStrategy.None());
        }
    }
}
