package io.opensergo.rules.faulttolerance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.Resolution;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultToleranceRuleTest {

    private static final Strategy LIMIT = concurrencyLimit("shop", "a");
    private static final Strategy PACING =
            new ThrottlingStrategy(
                    Metadata.of("shop", "checkout", "a"), Duration.ZERO, Duration.ofSeconds(1));

    @Test
    void referenceWithKindFindsTheStrategyOfThatKind() {
        Resolution resolution =
                resolve(List.of(LIMIT, PACING), new StrategyRef("a", StrategyKind.THROTTLING));

        assertThat(resolution.strategies()).containsExactly(PACING);
        assertThat(resolution.dangling()).isEmpty();
    }

    @Test
    void referenceWithoutKindFindsTheOnlyStrategyOfThatName() {
        Resolution resolution =
                resolve(List.of(concurrencyLimit("shop", "b"), LIMIT), StrategyRef.of("a"));

        assertThat(resolution.strategies()).containsExactly(LIMIT);
        assertThat(resolution.dangling()).isEmpty();
    }

    @Test
    void referenceWithoutKindIsDanglingIfSeveralKindsHaveTheName() {
        Resolution resolution = resolve(List.of(LIMIT, PACING), StrategyRef.of("a"));

        assertThat(resolution.strategies()).isEmpty();
        assertThat(resolution.dangling()).containsExactly(StrategyRef.of("a"));
    }

    @Test
    void strategyOfAnotherNamespaceDoesNotCount() {
        Strategy elsewhere = concurrencyLimit("default", "a");

        assertThat(resolve(List.of(elsewhere), StrategyRef.of("a")).dangling()).hasSize(1);
        assertThat(resolve(List.of(elsewhere, PACING), StrategyRef.of("a")).strategies())
                .containsExactly(PACING);
    }

    @Test
    void referenceToNothingIsDangling() {
        StrategyRef other = new StrategyRef("a", StrategyKind.CIRCUIT_BREAKER);

        assertThat(resolve(List.of(LIMIT), StrategyRef.of("b"), other).dangling())
                .containsExactly(StrategyRef.of("b"), other);
    }

    @Test
    void strategiesAreInTheOrderOfTheReferences() {
        Strategy second = concurrencyLimit("shop", "b");

        Resolution resolution =
                resolve(List.of(LIMIT, second), StrategyRef.of("b"), StrategyRef.to(LIMIT));

        assertThat(resolution.strategies()).containsExactly(second, LIMIT);
    }

    @Test
    void everyStrategyHasAKindOfItsOwn() {
        Metadata metadata = Metadata.of("shop", "checkout", "a");
        Duration second = Duration.ofSeconds(1);
        var strategies =
                List.of(
                        new RateLimitStrategy(
                                metadata,
                                RateLimitStrategy.MetricType.REQUEST_AMOUNT,
                                LimitMode.GLOBAL,
                                0,
                                second),
                        PACING,
                        LIMIT,
                        new CircuitBreakerStrategy(
                                metadata,
                                CircuitBreakerStrategy.TriggerType.ERROR_REQUEST_RATIO,
                                0.5,
                                second,
                                second,
                                1,
                                null,
                                null),
                        new AdaptiveOverloadProtectionStrategy(
                                metadata,
                                AdaptiveOverloadProtectionStrategy.MetricType.SYSTEM_LOAD,
                                AdaptiveOverloadProtectionStrategy.Threshold.ofLoad(4),
                                AdaptiveOverloadProtectionStrategy.AdaptiveStrategy.NONE));

        assertThat(strategies)
                .extracting(Strategy::strategyKind)
                .containsExactly(StrategyKind.values());
        for (Strategy strategy : strategies) {
            assertThat(strategy.strategyKind().documentName()).isEqualTo(strategy.kind().name());
            assertThat(StrategyRef.to(strategy).kind()).isEqualTo(strategy.strategyKind());
        }
    }

    @Test
    void targetsAndStrategiesAreRequired() {
        assertThatThrownBy(
                        () ->
                                new FaultToleranceRule(
                                        Metadata.of("shop", "checkout", "a"), null, null, null))
                .isInstanceOf(InvalidRuleException.class)
                .hasMessage("targets is required; strategies is required");
    }

    private static Resolution resolve(List<Strategy> candidates, StrategyRef... references) {
        return new FaultToleranceRule(
                        Metadata.of("shop", "checkout", "rule"),
                        List.of(),
                        List.of(references),
                        null)
                .resolve(candidates);
    }

    private static Strategy concurrencyLimit(String namespace, String name) {
        return new ConcurrencyLimitStrategy(
                Metadata.of(namespace, "checkout", name), LimitMode.LOCAL, 1);
    }
}
