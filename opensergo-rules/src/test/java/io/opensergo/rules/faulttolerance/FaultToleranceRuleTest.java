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
            ThrottlingStrategy.builder(Metadata.of("shop", "checkout", "a"))
                    .minIntervalOfRequests(Duration.ZERO)
                    .queueTimeout(Duration.ofSeconds(1))
                    .build();

    @Test
    void referenceWithKindFindsTheStrategyOfThatKind() {
        Resolution resolution =
                resolve(
                        List.of(LIMIT, PACING),
                        StrategyRef.builder().name("a").kind(StrategyKind.THROTTLING).build());

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
        StrategyRef other =
                StrategyRef.builder().name("a").kind(StrategyKind.CIRCUIT_BREAKER).build();

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
                        RateLimitStrategy.builder(metadata)
                                .threshold(0)
                                .statDuration(second)
                                .limitMode(LimitMode.GLOBAL)
                                .build(),
                        PACING,
                        LIMIT,
                        CircuitBreakerStrategy.builder(metadata)
                                .strategy(CircuitBreakerStrategy.TriggerType.ERROR_REQUEST_RATIO)
                                .triggerRatio(0.5)
                                .statDuration(second)
                                .recoveryTimeout(second)
                                .minRequestAmount(1)
                                .build(),
                        AdaptiveOverloadProtectionStrategy.builder(metadata)
                                .metricType(
                                        AdaptiveOverloadProtectionStrategy.MetricType.SYSTEM_LOAD)
                                .triggerThreshold(
                                        AdaptiveOverloadProtectionStrategy.Threshold.ofLoad(4))
                                .adaptiveStrategy(
                                        AdaptiveOverloadProtectionStrategy.AdaptiveStrategy.NONE)
                                .build());

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
                                FaultToleranceRule.builder(Metadata.of("shop", "checkout", "a"))
                                        .targets(null)
                                        .strategies(null)
                                        .build())
                .isInstanceOf(InvalidRuleException.class)
                .hasMessage("targets is required; strategies is required");
    }

    private static Resolution resolve(List<Strategy> candidates, StrategyRef... references) {
        return FaultToleranceRule.builder(Metadata.of("shop", "checkout", "rule"))
                .targets(List.of())
                .strategies(List.of(references))
                .build()
                .resolve(candidates);
    }

    private static Strategy concurrencyLimit(String namespace, String name) {
        return ConcurrencyLimitStrategy.builder(Metadata.of(namespace, "checkout", name))
                .maxConcurrency(1)
                .build();
    }
}
