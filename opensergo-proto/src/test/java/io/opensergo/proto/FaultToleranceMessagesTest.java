package io.opensergo.proto;

import static io.opensergo.proto.Wires.CODEC;
import static io.opensergo.proto.Wires.decode;
import static io.opensergo.proto.Wires.decodeOne;
import static io.opensergo.proto.Wires.reasonOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.opensergo.proto.internal.common.v1.TimeUnit;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.CircuitBreakerErrorCondition;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.CircuitBreakerSlowCondition;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.Strategy;
import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.FaultToleranceActionRef;
import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.FaultToleranceRuleTargetRef;
import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.FaultToleranceStrategyRef;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultToleranceMessagesTest {

    private static final Metadata METADATA = Metadata.of(Wires.NAMESPACE, Wires.APP, "x");

    @Nested
    class RateLimits {

        private io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.Builder message() {
            return io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.newBuilder()
                    .setName("x")
                    .setThreshold(10)
                    .setStatDuration(2);
        }

        @Test
        void thePublicControlPlanesZerosAreRequestAmountLocalAndSeconds() {
            assertThat(decodeOne(RateLimitStrategy.KIND, message().build()))
                    .isEqualTo(
                            RateLimitStrategy.builder(METADATA)
                                    .threshold(10)
                                    .statDuration(Duration.ofSeconds(2))
                                    .build());
        }

        @ParameterizedTest
        @CsvSource({"SECOND, PT2S", "MINUTE, PT2M", "HOUR, PT2H", "DAY, PT48H"})
        void everyUnitOfWholeSecondsIsRead(TimeUnit unit, Duration expected) {
            var message = message().setStatDurationTimeUnit(unit).build();

            assertThat(decodeOne(RateLimitStrategy.KIND, message).statDuration())
                    .isEqualTo(expected);
        }

        @Test
        void millisecondsThatMakeWholeSecondsAreRead() {
            var message =
                    message()
                            .setStatDuration(3000)
                            .setStatDurationTimeUnit(TimeUnit.MILLISECOND)
                            .build();

            assertThat(decodeOne(RateLimitStrategy.KIND, message).statDuration())
                    .isEqualTo(Duration.ofSeconds(3));
        }

        @Test
        void aWindowThatIsNotWholeSecondsIsRejected() {
            var message =
                    message()
                            .setStatDuration(1500)
                            .setStatDurationTimeUnit(TimeUnit.MILLISECOND)
                            .build();

            assertThat(reasonOf(RateLimitStrategy.KIND, message))
                    .isEqualTo(
                            "item 0 (RateLimitStrategy 'x'): statDuration must be a whole number of"
                                    + " seconds, was PT1.5S");
        }

        @Test
        void negativeValuesAreRejectedAllAtOnce() {
            var message = message().setThreshold(-1).setStatDuration(-1).build();

            assertThat(reasonOf(RateLimitStrategy.KIND, message))
                    .isEqualTo(
                            "item 0 (RateLimitStrategy 'x'): threshold must be a whole number >= 0,"
                                    + " was -1; statDuration must be a whole number >= 1, was -1");
        }

        @Test
        void unknownNumbersOfModeAndMetricAreTheDefaultsWithAWarning() {
            var message = message().setLimitModeValue(9).setMetricTypeValue(8).build();

            DecodedRules<RateLimitStrategy> decoded = decode(RateLimitStrategy.KIND, message);

            assertThat(decoded.rules()).extracting("limitMode").containsExactly(LimitMode.LOCAL);
            assertThat(decoded.warnings())
                    .containsExactly(
                            "item 0 (RateLimitStrategy 'x'): metricType 8 is not known and taken"
                                    + " for RequestAmount",
                            "item 0 (RateLimitStrategy 'x'): limitMode 9 is not known and taken"
                                    + " for Local");
        }

        @Test
        void anUnknownUnitIsRejected() {
            var message = message().setStatDurationTimeUnitValue(6).build();

            assertThat(reasonOf(RateLimitStrategy.KIND, message))
                    .endsWith(
                            "statDurationTimeUnit must be a unit from 1 (millisecond) to 5 (day),"
                                    + " was 6");
        }

        @Test
        void aMessageWithoutANameIsRejected() {
            assertThat(reasonOf(RateLimitStrategy.KIND, message().clearName().build()))
                    .isEqualTo(
                            "item 0 (RateLimitStrategy): name must be a text of 1 to 1024"
                                    + " characters, was empty");
        }

        @Test
        void aPublicClientTakesGlobalToLocalForGlobal() throws Exception {
            var rule =
                    RateLimitStrategy.builder(METADATA)
                            .threshold(10)
                            .statDuration(Duration.ofMinutes(1))
                            .limitMode(LimitMode.GLOBAL_TO_LOCAL)
                            .build();

            var message =
                    CODEC.encode(List.of(rule))
                            .data()
                            .get(0)
                            .unpack(
                                    io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy
                                            .class);

            assertThat(message)
                    .isEqualTo(
                            message()
                                    .setMetricTypeValue(1)
                                    .setLimitModeValue(2)
                                    .setStatDuration(60)
                                    .setStatDurationTimeUnit(TimeUnit.SECOND)
                                    .build());
        }
    }

    @Nested
    class Throttlings {

        private io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy message(
                long interval, long timeout) {
            return io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy.newBuilder()
                    .setName("x")
                    .setMinIntervalMillisOfRequests(interval)
                    .setQueueTimeoutMillis(timeout)
                    .build();
        }

        @Test
        void millisecondsAreRead() {
            assertThat(decodeOne(ThrottlingStrategy.KIND, message(0, 750)))
                    .isEqualTo(
                            ThrottlingStrategy.builder(METADATA)
                                    .minIntervalOfRequests(Duration.ZERO)
                                    .queueTimeout(Duration.ofMillis(750))
                                    .build());
        }

        @Test
        void theMinusOneOfABadValueIsRejected() {
            assertThat(reasonOf(ThrottlingStrategy.KIND, message(-1, -1)))
                    .contains("minIntervalOfRequests must be", "queueTimeout must be");
        }
    }

    @Nested
    class ConcurrencyLimits {

        private io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy message(
                int mode, long max) {
            return io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy
                    .newBuilder()
                    .setName("x")
                    .setLimitModeValue(mode)
                    .setMaxConcurrency(max)
                    .build();
        }

        @ParameterizedTest
        @CsvSource({"0, LOCAL", "1, LOCAL", "2, GLOBAL"})
        void modesAreRead(int number, LimitMode mode) {
            assertThat(decodeOne(ConcurrencyLimitStrategy.KIND, message(number, 6)))
                    .isEqualTo(
                            ConcurrencyLimitStrategy.builder(METADATA)
                                    .maxConcurrency(6)
                                    .limitMode(mode)
                                    .build());
        }

        @Test
        void anUnknownModeIsLocalWithAWarning() {
            var decoded = decode(ConcurrencyLimitStrategy.KIND, message(3, 6));

            assertThat(decoded.rules()).extracting("limitMode").containsExactly(LimitMode.LOCAL);
            assertThat(decoded.warnings()).hasSize(1);
        }

        @Test
        void aNegativeLimitIsRejected() {
            assertThat(reasonOf(ConcurrencyLimitStrategy.KIND, message(1, -1)))
                    .contains("maxConcurrency must be a whole number >= 0, was -1");
        }
    }

    @Nested
    class CircuitBreakers {

        private io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.Builder
                message() {
            return io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy
                    .newBuilder()
                    .setName("x")
                    .setStrategy(Strategy.STRATEGY_ERROR_REQUEST_RATIO)
                    .setTriggerRatio(0.5)
                    .setStatDuration(600)
                    .setRecoveryTimeout(40)
                    .setMinRequestAmount(12);
        }

        @Test
        void durationsWithoutAUnitAreMilliseconds() {
            assertThat(decodeOne(CircuitBreakerStrategy.KIND, message().build()))
                    .isEqualTo(
                            CircuitBreakerStrategy.builder(METADATA)
                                    .strategy(TriggerType.ERROR_REQUEST_RATIO)
                                    .triggerRatio(0.5)
                                    .statDuration(Duration.ofMillis(600))
                                    .recoveryTimeout(Duration.ofMillis(40))
                                    .minRequestAmount(12)
                                    .build());
        }

        @ParameterizedTest
        @CsvSource({
            "MILLISECOND, PT0.04S",
            "SECOND, PT40S",
            "MINUTE, PT40M",
            "HOUR, PT40H",
            "DAY, PT960H"
        })
        void everyUnitIsRead(TimeUnit unit, Duration expected) {
            var rule =
                    decodeOne(
                            CircuitBreakerStrategy.KIND,
                            message()
                                    .setStatDuration(40)
                                    .setStatDurationTimeUnit(unit)
                                    .setRecoveryTimeoutTimeUnit(unit)
                                    .build());

            assertThat(rule.statDuration()).isEqualTo(expected);
            assertThat(rule.recoveryTimeout()).isEqualTo(expected);
        }

        @Test
        void conditionsAreRead() {
            var rule =
                    decodeOne(
                            CircuitBreakerStrategy.KIND,
                            message()
                                    .setStrategy(Strategy.STRATEGY_SLOW_REQUEST_RATIO)
                                    .setSlowCondition(
                                            CircuitBreakerSlowCondition.newBuilder()
                                                    .setMaxAllowedRtMillis(300))
                                    .setErrorCondition(
                                            CircuitBreakerErrorCondition.getDefaultInstance())
                                    .build());

            assertThat(rule.strategy()).isEqualTo(TriggerType.SLOW_REQUEST_RATIO);
            assertThat(rule.slowConditions()).isEqualTo(SlowConditions.of(Duration.ofMillis(300)));
            assertThat(rule.errorConditions()).isEqualTo(ErrorConditions.of());
        }

        @ParameterizedTest
        @ValueSource(doubles = {0.07, 0.07000001, 0.069999999, 0.0700009})
        void aRatioCloseToAWholePercentIsThatPercent(double ratio) {
            var message = message().setTriggerRatio(ratio).build();

            assertThat(decodeOne(CircuitBreakerStrategy.KIND, message).triggerRatio())
                    .isEqualTo(0.07, within(0.0));
        }

        @ParameterizedTest
        @ValueSource(
                doubles = {0.070002, 0.075, -0.01, 1.01, 50, Double.NaN, Double.POSITIVE_INFINITY})
        void anyOtherRatioIsRejected(double ratio) {
            var message = message().setTriggerRatio(ratio).build();

            assertThat(reasonOf(CircuitBreakerStrategy.KIND, message))
                    .startsWith("item 0 (CircuitBreakerStrategy 'x'): triggerRatio must be a")
                    .endsWith("was " + ratio);
        }

        @Test
        void anUnknownStrategyIsRejected() {
            assertThat(reasonOf(CircuitBreakerStrategy.KIND, message().clearStrategy().build()))
                    .endsWith(
                            "strategy must be 1 (SlowRequestRatio) or 2 (ErrorRequestRatio),"
                                    + " was 0");
        }

        @Test
        void theMinusOneOfABadDurationIsRejected() {
            var message = message().setStatDuration(-1).setRecoveryTimeout(-1).build();

            assertThat(reasonOf(CircuitBreakerStrategy.KIND, message))
                    .contains("statDuration must be", "recoveryTimeout must be");
        }

        @Test
        void aDurationBeyondAllBoundsIsRejected() {
            var message =
                    message()
                            .setStatDuration(Long.MAX_VALUE)
                            .setStatDurationTimeUnit(TimeUnit.DAY)
                            .build();

            assertThat(reasonOf(CircuitBreakerStrategy.KIND, message))
                    .contains("statDuration must be a duration that fits 64 bits of seconds");
        }

        @Test
        void aSlowBreakerWithoutItsLimitIsRejected() {
            var slow = message().setStrategy(Strategy.STRATEGY_SLOW_REQUEST_RATIO);

            assertThat(reasonOf(CircuitBreakerStrategy.KIND, slow.build()))
                    .contains("slowConditions is required");
            assertThat(
                            reasonOf(
                                    CircuitBreakerStrategy.KIND,
                                    slow.setSlowCondition(
                                                    CircuitBreakerSlowCondition
                                                            .getDefaultInstance())
                                            .build()))
                    .contains("slowConditions.maxAllowedRt must be");
        }

        @Test
        void anErrorBreakerMayHaveAnEmptySlowCondition() {
            var message =
                    message()
                            .setSlowCondition(CircuitBreakerSlowCondition.getDefaultInstance())
                            .build();

            assertThat(decodeOne(CircuitBreakerStrategy.KIND, message).slowConditions()).isNull();
        }

        @Test
        void aPublicClientSeesUnitsItKnowsAndConditionsOnlyIfTheyAreSet() throws Exception {
            var rule =
                    CircuitBreakerStrategy.builder(METADATA)
                            .strategy(TriggerType.ERROR_REQUEST_RATIO)
                            .triggerRatio(0.45)
                            .statDuration(Duration.ofDays(40))
                            .recoveryTimeout(Duration.ofDays(40))
                            .minRequestAmount(12)
                            .build();

            EncodedRules encoded = CODEC.encode(List.of(rule));

            assertThat(encoded.details()).isEmpty();
            assertThat(
                            encoded.data()
                                    .get(0)
                                    .unpack(
                                            io.opensergo.proto.internal.fault_tolerance.v1
                                                    .CircuitBreakerStrategy.class))
                    .isEqualTo(
                            message()
                                    .setTriggerRatio(0.45)
                                    .setStatDuration(Duration.ofDays(40).toMillis())
                                    .setStatDurationTimeUnit(TimeUnit.MILLISECOND)
                                    .setRecoveryTimeout((int) Duration.ofDays(40).toSeconds())
                                    .setRecoveryTimeoutTimeUnit(TimeUnit.SECOND)
                                    .build());
        }
    }

    @Nested
    class Rules {

        private io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.Builder
                message() {
            return io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule.newBuilder()
                    .addTargets(
                            FaultToleranceRuleTargetRef.newBuilder()
                                    .setTargetResourceName("GET:/foo"))
                    .addStrategies(
                            FaultToleranceStrategyRef.newBuilder()
                                    .setName("s")
                                    .setKind("RateLimitStrategy"));
        }

        @Test
        void aRuleWithoutANameGetsOneThatStaysTheSame() {
            var once = decodeOne(FaultToleranceRule.KIND, message().build());
            var again = decodeOne(FaultToleranceRule.KIND, message().build());

            assertThat(once).isEqualTo(again);
            assertThat(once.name()).matches("unnamed-[0-9a-f]{8}");
            assertThat(once.targets()).containsExactly(ResourceRef.of("GET:/foo"));
            assertThat(once.strategies())
                    .containsExactly(
                            StrategyRef.builder().name("s").kind(StrategyKind.RATE_LIMIT).build());
            assertThat(once.fallbackAction()).isNull();
            assertThat(once.app()).isEqualTo(Wires.APP);
        }

        @Test
        void equalRulesInASetGetDifferentNames() {
            var decoded =
                    decode(
                            FaultToleranceRule.KIND,
                            message().build(),
                            message().build(),
                            message().build());

            String name = decoded.rules().get(0).name();
            assertThat(decoded.rules())
                    .extracting(FaultToleranceRule::name)
                    .containsExactly(name, name + "-2", name + "-3");
        }

        @Test
        void anActionAndAReferenceWithoutAKindAreRead() {
            var message =
                    message()
                            .addStrategies(FaultToleranceStrategyRef.newBuilder().setName("t"))
                            .setAction(FaultToleranceActionRef.newBuilder().setName("busy-page"))
                            .build();

            var rule = decodeOne(FaultToleranceRule.KIND, message);

            assertThat(rule.fallbackAction()).isEqualTo("busy-page");
            assertThat(rule.strategies().get(1)).isEqualTo(StrategyRef.of("t"));
        }

        @Test
        void everyFaultIsNamedWithItsPath() {
            var message =
                    message()
                            .addTargets(FaultToleranceRuleTargetRef.getDefaultInstance())
                            .addStrategies(
                                    FaultToleranceStrategyRef.newBuilder()
                                            .setName("s")
                                            .setKind("Nonsense"))
                            .build();

            assertThat(reasonOf(FaultToleranceRule.KIND, message))
                    .contains(
                            "targets[1].targetResourceName must be a text of 1 to 1024 characters",
                            "strategies[1].kind must be one of"
                                    + " [AdaptiveOverloadProtectionStrategy,"
                                    + " CircuitBreakerStrategy, ConcurrencyLimitStrategy,"
                                    + " RateLimitStrategy, ThrottlingStrategy], was \"Nonsense\"");
        }

        @Test
        void aPublicClientSeesTheFallbackActionToo() throws Exception {
            var rule =
                    FaultToleranceRule.builder(METADATA)
                            .targets(List.of(ResourceRef.of("GET:/foo")))
                            .strategies(
                                    List.of(
                                            StrategyRef.builder()
                                                    .name("s")
                                                    .kind(StrategyKind.RATE_LIMIT)
                                                    .build()))
                            .fallbackAction("busy-page")
                            .build();

            var message =
                    CODEC.encode(List.of(rule))
                            .data()
                            .get(0)
                            .unpack(
                                    io.opensergo.proto.internal.fault_tolerance.v1
                                            .FaultToleranceRule.class);

            assertThat(message)
                    .isEqualTo(
                            message()
                                    .setAction(
                                            FaultToleranceActionRef.newBuilder()
                                                    .setName("busy-page")
                                                    .setKind("HttpRequestFallbackAction"))
                                    .build());
        }
    }
}
