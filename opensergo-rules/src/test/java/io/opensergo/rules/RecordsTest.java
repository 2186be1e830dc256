package io.opensergo.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.database.Algorithm;
import io.opensergo.rules.database.DatabaseEndpoint;
import io.opensergo.rules.database.Encryption;
import io.opensergo.rules.database.ShardingStrategy;
import io.opensergo.rules.database.VirtualDatabase;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.CorsPolicy;
import io.opensergo.rules.traffic.FaultInjection;
import io.opensergo.rules.traffic.HttpDirectResponse.BytesBody;
import io.opensergo.rules.traffic.HttpDirectResponse.StringBody;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.StringMatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for rules however they come into being. */
class RecordsTest {
    private static final Metadata METADATA = Metadata.of("shop", "checkout", "a");

    private static CircuitBreakerStrategy breaker(double ratio, Duration window) {
        return CircuitBreakerStrategy.builder(METADATA)
                .strategy(TriggerType.ERROR_REQUEST_RATIO)
                .triggerRatio(ratio)
                .statDuration(window)
                .recoveryTimeout(Duration.ofSeconds(1))
                .minRequestAmount(1)
                .build();
    }

    private static CircuitBreakerStrategy breaker(Duration window, Duration recovery) {
        return CircuitBreakerStrategy.builder(METADATA)
                .strategy(TriggerType.ERROR_REQUEST_RATIO)
                .triggerRatio(0.5)
                .statDuration(window)
                .recoveryTimeout(recovery)
                .minRequestAmount(1)
                .build();
    }

    private static RateLimitStrategy rateLimit(Duration window) {
        return RateLimitStrategy.builder(METADATA).threshold(1).statDuration(window).build();
    }

    private static void refuses(String path, ThrowingCallable construction) {
        assertThatThrownBy(construction)
                .isInstanceOfSatisfying(
                        InvalidRuleException.class,
                        e ->
                                assertThat(e.violations())
                                        .extracting(Violation::path)
                                        .containsExactly(path));
    }

    @Nested
    class Values {

        @Test
        void collectionsAreCopies() {
            Map<String, String> labels = new LinkedHashMap<>(Map.of("app", "a"));
            var metadata = Metadata.builder().name("a").namespace("b").labels(labels).build();

            labels.clear();

            assertThat(metadata.app()).isEqualTo("a");
        }

        @Test
        void isAShadowOnlyIfTheAnnotationSaysSo() {
            assertThat(METADATA.isShadow()).isFalse();
            assertThat(METADATA.withAnnotation("opensergo.io/mode", "shadow").isShadow()).isTrue();
            assertThat(METADATA.withAnnotation("opensergo.io/mode", "enforce").isShadow())
                    .isFalse();
        }

        @ParameterizedTest
        @ValueSource(strings = {"shadwo", "Shadow", "", "off"})
        void modeThatNobodyKnowsIsRefused(String mode) {
            assertThatThrownBy(() -> METADATA.withAnnotation("opensergo.io/mode", mode))
                    .isInstanceOf(InvalidRuleException.class)
                    .hasMessageContaining(
                            "annotations.opensergo.io/mode must be one of [enforce, shadow], was");
        }

        @ParameterizedTest
        @EnumSource
        void aKindOfStrategyIsCalledAsInDocuments(StrategyKind kind) {
            assertThat(RuleKinds.standard().findByName(kind.documentName()))
                    .extracting(RuleKind::type)
                    .matches(type -> Strategy.class.isAssignableFrom((Class<?>) type));
        }

        @Test
        void metadataTakesOneMoreAnnotation() {
            Metadata metadata = METADATA.withAnnotation("a", "1").withAnnotation("a", "2");

            assertThat(metadata.annotations()).containsExactly(Map.entry("a", "2"));
            assertThat(metadata.app()).isEqualTo("checkout");
            assertThat(METADATA.annotations()).isEmpty();
        }

        @Test
        void ruleIsToldApartByKindNamespaceAndName() {
            Rule rule = breaker(0.5, Duration.ofSeconds(1));

            assertThat(rule.id())
                    .isEqualTo(
                            new RuleId(
                                    "fault-tolerance.opensergo.io/v1alpha1/CircuitBreakerStrategy",
                                    "shop",
                                    "a"))
                    .hasToString("CircuitBreakerStrategy shop/a");
            assertThat(rule.app()).isEqualTo("checkout");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " a", "a ", "a,b"})
        void listOfTextsCanBeWrittenAsOne(String condition) {
            refuses(
                    "retryOn[1]",
                    () -> HttpRetry.builder().retryOn(List.of("ok", condition)).build());
            refuses(
                    "shardingColumns[1]",
                    () ->
                            ShardingStrategy.Complex.builder()
                                    .shardingColumns(List.of("ok", condition))
                                    .shardingAlgorithm("algorithm")
                                    .build());
        }

        @Test
        void bytesAreDecoded() {
            assertThat(new BytesBody("aGk=").decode()).asString().isEqualTo("hi");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "jdbc:mysql://db:3306/orders?password=s3cret&x=1",
                    "jdbc:mysql://root:s3cret@db:3306/orders",
                    "jdbc:mysql://root:s3c@ret@db:3306/orders?password=s3cret",
                    "jdbc:mysql://address=(host=db)(password=s3cret)/orders",
                    "jdbc:mysql://db:3306/orders;password=s3cret"
                })
        void secretsNeverReachToString(String url) {
            var endpoint =
                    DatabaseEndpoint.builder(METADATA)
                            .database(
                                    DatabaseEndpoint.Database.builder()
                                            .mySql(
                                                    DatabaseEndpoint.MySql.builder()
                                                            .url(url)
                                                            .username("root")
                                                            .password("s3cret")
                                                            .build())
                                            .build())
                            .build();
            var database =
                    VirtualDatabase.builder(METADATA)
                            .services(
                                    List.of(
                                            VirtualDatabase.Service.builder()
                                                    .name("a")
                                                    .databaseMySql(
                                                            VirtualDatabase.MySql.builder()
                                                                    .db("orders")
                                                                    .host("db")
                                                                    .port(3306)
                                                                    .user("root")
                                                                    .password("s3cret")
                                                                    .build())
                                                    .build()))
                            .build();
            var encryption =
                    Encryption.builder(METADATA)
                            .encryptors(
                                    Map.of(
                                            "a",
                                            Algorithm.builder()
                                                    .type("AES")
                                                    .props(Map.of("aes-key-value", "s3cret"))
                                                    .build()))
                            .build();

            assertThat(endpoint.toString()).contains("jdbc:mysql://", "root").doesNotContain("s3c");
            assertThat(database.toString()).contains("orders", "root").doesNotContain("s3c");
            assertThat(encryption.toString()).contains("aes-key-value").doesNotContain("s3c");
        }
    }

    @Nested
    class Violations {

        @Test
        void everyViolationIsReportedAtOnce() {
            assertThatThrownBy(
                            () ->
                                    CircuitBreakerStrategy.builder(null)
                                            .strategy(TriggerType.SLOW_REQUEST_RATIO)
                                            .triggerRatio(1.6)
                                            .statDuration(Duration.ZERO)
                                            .recoveryTimeout(null)
                                            .minRequestAmount(0)
                                            .build())
                    .isInstanceOfSatisfying(
                            InvalidRuleException.class,
                            e ->
                                    assertThat(e.violations())
                                            .extracting(Violation::toString)
                                            .containsExactly(
                                                    "metadata is required",
                                                    "triggerRatio must be a ratio from 0 to 1 (0% to"
                                                            + " 100%), was 1.6",
                                                    "statDuration must be a whole number of"
                                                            + " milliseconds, at least 1, was PT0S",
                                                    "recoveryTimeout is required",
                                                    "minRequestAmount must be a whole number >= 1, was"
                                                            + " 0",
                                                    "slowConditions is required for"
                                                            + " SlowRequestRatio"))
                    .hasMessageContaining("; statDuration");
        }

        @Test
        void metadataReportsEveryViolationAtOnce() {
            assertThatThrownBy(
                            () ->
                                    Metadata.builder()
                                            .name("")
                                            .namespace("")
                                            .labels(Map.of("app", ""))
                                            .build())
                    .isInstanceOfSatisfying(
                            InvalidRuleException.class,
                            e ->
                                    assertThat(e.violations())
                                            .extracting(Violation::path)
                                            .containsExactly("name", "namespace", "labels.app"));
        }

        @Test
        void textOfAMatchOrBodyIsRequired() {
            refuses("", () -> StringMatch.exact(null));
            refuses("", () -> StringMatch.prefix(null));
            refuses("", () -> StringMatch.regex(null));
            refuses("", () -> new StringBody(null));
            refuses("", () -> new BytesBody(null));
            refuses("", () -> new BytesBody("%"));
        }

        @Test
        void violationReadsAsASentence() {
            assertThat(new Violation("a.b", "must be 1", "2")).hasToString("a.b must be 1, was 2");
            assertThat(new Violation("a", "is required", "missing")).hasToString("a is required");
            assertThat(new Violation("", "must be 1", "2")).hasToString("must be 1, was 2");
        }

        @Test
        void violationIsSeenFromAnEnclosingObject() {
            assertThat(new Violation("b", "x", "y").under("a").path()).isEqualTo("a.b");
            assertThat(new Violation("[0].b", "x", "y").under("a").path()).isEqualTo("a[0].b");
            assertThat(new Violation("", "x", "y").under("a").path()).isEqualTo("a");
        }
    }

    @Nested
    class Ratios {

        @ParameterizedTest
        @ValueSource(doubles = {-0.01, -0.0, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
        void ratioIsFrom0To1(double ratio) {
            refuses("triggerRatio", () -> breaker(ratio, Duration.ofSeconds(1)));
            refuses("ratio", () -> FaultInjection.Delay.builder().ratio(ratio).build());
            refuses("ratio", () -> FaultInjection.Abort.builder().ratio(ratio).build());
            refuses("mirrorRatio", () -> HttpRoute.builder().mirrorRatio(ratio).build());
            refuses("", () -> Threshold.ofCpu(ratio));
        }

        @ParameterizedTest
        @ValueSource(doubles = {0.005, 0.455, 1e-9, 0.999})
        void ratioOfABreakerIsAWholePercentage(double ratio) {
            refuses("triggerRatio", () -> breaker(ratio, Duration.ofSeconds(1)));
            refuses("", () -> Threshold.ofCpu(ratio));
        }

        @Test
        void everyWholePercentageIsARatioOfABreaker() {
            for (int percent = 0; percent <= 100; percent++) {
                assertThat(breaker(percent / 100.0, Duration.ofSeconds(1)).triggerRatio())
                        .isEqualTo(percent / 100.0);
            }
        }

        @ParameterizedTest
        @ValueSource(doubles = {-1, -0.0, Double.NaN, Double.POSITIVE_INFINITY})
        void loadIsANumberFrom0(double load) {
            refuses("", () -> Threshold.ofLoad(load));
        }
    }

    @Nested
    class Durations {

        @ParameterizedTest
        @ValueSource(strings = {"PT0S", "PT-1S", "PT0.0001S", "PT1.0001S"})
        void durationIsAtLeastAMillisecondAndWhole(String text) {
            Duration duration = Duration.parse(text);

            refuses("statDuration", () -> breaker(0.5, duration));
            refuses("recoveryTimeout", () -> breaker(Duration.ofSeconds(1), duration));
            refuses("maxAllowedRt", () -> SlowConditions.of(duration));
            refuses(
                    "queueTimeout",
                    () ->
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(Duration.ZERO)
                                    .queueTimeout(duration)
                                    .build());
        }

        @ParameterizedTest
        @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE / 1000 + 1})
        void durationFits64BitsOfMilliseconds(long seconds) {
            Duration duration = Duration.ofSeconds(seconds);

            refuses(
                    "queueTimeout",
                    () ->
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(Duration.ZERO)
                                    .queueTimeout(duration)
                                    .build());
            refuses("statDuration", () -> rateLimit(duration));
        }

        @Test
        void durationMayUseAll64BitsOfMilliseconds() {
            Duration longest = Duration.ofMillis(Long.MAX_VALUE);

            assertThat(
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(longest)
                                    .queueTimeout(longest)
                                    .build()
                                    .queueTimeout())
                    .isEqualTo(longest);
        }

        @Test
        void intervalMayBeZeroButNotNegative() {
            Duration second = Duration.ofSeconds(1);

            assertThat(
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(Duration.ZERO)
                                    .queueTimeout(second)
                                    .build()
                                    .minIntervalOfRequests())
                    .isZero();
            refuses(
                    "minIntervalOfRequests",
                    () ->
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(Duration.ofMillis(-1))
                                    .queueTimeout(second)
                                    .build());
            refuses(
                    "minIntervalOfRequests",
                    () ->
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(Duration.ofNanos(1))
                                    .queueTimeout(second)
                                    .build());
        }

        @ParameterizedTest
        @ValueSource(strings = {"PT0S", "PT-1S", "PT1.5S", "PT2147483648S"})
        void rateLimitWindowIsOfWholeSeconds(String text) {
            refuses("statDuration", () -> rateLimit(Duration.parse(text)));
        }

        @Test
        void routeDurationsAreNotNegative() {
            Duration negative = Duration.ofNanos(-1);

            refuses("timeout", () -> HttpRoute.builder().timeout(negative).build());
            refuses("perTryTimeout", () -> HttpRetry.builder().perTryTimeout(negative).build());
            refuses(
                    "fixedDelay",
                    () -> FaultInjection.Delay.builder().fixedDelay(negative).build());
            refuses(
                    "exponentialDelay",
                    () -> FaultInjection.Delay.builder().exponentialDelay(negative).build());
            refuses("maxAge", () -> CorsPolicy.builder().maxAge(negative).build());
        }
    }

    @Nested
    class RegularExpressions {

        @ParameterizedTest
        @CsvSource(
                delimiter = ' ',
                value = {
                    "(a{1000}){1000} 1",
                    "((a{100}){100}){100} 1",
                    "[a-z]{999}[)]{9002} 1",
                    "((a{0,1000}){0,1000})* 1",
                    "( 101",
                    "ab 5001"
                })
        void hugeRegularExpressionIsRefusedUncompiled(String part, int times) {
            String regex = part.repeat(times);

            assertThatThrownBy(() -> StringMatch.regex(regex))
                    .isInstanceOf(InvalidRuleException.class);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "a{1000}",
                    "(a{10}b){500}",
                    "[({]{3}",
                    "[^]({]+",
                    "\\({3}\\[",
                    "\\x{9999}\\x{9999}\\p{Greek}{2}",
                    "x{,5}{",
                    "a{0}b{0,0}c{1,}",
                    "(?:(?:a|b)*c){20}"
                })
        void usualRegularExpressionIsAllowed(String regex) {
            assertThat(StringMatch.regex(regex)).isEqualTo(new StringMatch.Regex(regex));
        }

        @Test
        void regularExpressionMayHave100LevelsOfGroups() {
            String regex = "(".repeat(100) + ")".repeat(100);

            assertThat(StringMatch.regex(regex)).isNotNull();
            assertThatThrownBy(() -> StringMatch.regex("(" + regex + ")"))
                    .hasMessageContaining("100 levels of groups, was a larger one");
        }
    }
}
