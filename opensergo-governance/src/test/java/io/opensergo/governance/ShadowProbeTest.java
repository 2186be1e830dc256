package io.opensergo.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The probe of a breaker that is a shadow tells nothing to one that is enforced. */
class ShadowProbeTest {

    private static final Duration RECOVERY = Duration.ofMillis(1);

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreakerStrategy shadow =
            breaker(
                    metadata("shadow")
                            .withAnnotation(Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE),
                    "A");
    private final CircuitBreakerStrategy enforced = breaker(metadata("enforced"), "B");

    @Test
    void theOutcomeOfItsProbeDoesNotCloseTheOther() {
        try (Governor governor = governor()) {
            Guard guard = governor.guard("GET:/foo");
            long shadowProbe = probeBoth(guard);

            guard.release(shadowProbe, Outcome.SUCCESS);

            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }
    }

    @Test
    void itsCancelledProbeDoesNotGiveWayToASecondProbeOfTheOther() {
        try (Governor governor = governor()) {
            Guard guard = governor.guard("GET:/foo");
            long shadowProbe = probeBoth(guard);

            guard.release(shadowProbe, Outcome.CANCELLED);

            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }
    }

    /** Lets each have a probe on its way, and returns the one of the shadow. */
    private long probeBoth(Guard guard) {
        guard.release(guard.acquire(), Outcome.failure("A"));
        ticker.advance(RECOVERY);
        long shadowProbe = guard.acquire();
        guard.release(guard.acquire(), Outcome.failure("B"));
        ticker.advance(RECOVERY);
        assertThat(Guard.isRefused(guard.acquire())).isFalse();
        return shadowProbe;
    }

    private Governor governor() {
        var rule =
                FaultToleranceRule.builder(metadata("rule"))
                        .targets(List.of(ResourceRef.of("GET:/foo")))
                        .strategies(List.of(StrategyRef.to(shadow), StrategyRef.to(enforced)))
                        .build();
        return Governor.builder().ticker(ticker).rules(List.of(rule, shadow, enforced)).build();
    }

    private static CircuitBreakerStrategy breaker(Metadata metadata, String errorType) {
        return CircuitBreakerStrategy.builder(metadata)
                .strategy(CircuitBreakerStrategy.TriggerType.ERROR_REQUEST_RATIO)
                .triggerRatio(0)
                .statDuration(Duration.ofSeconds(1))
                .recoveryTimeout(RECOVERY)
                .minRequestAmount(1)
                .errorConditions(ErrorConditions.of(errorType))
                .build();
    }

    private static Metadata metadata(String name) {
        return Metadata.of("default", "app", name);
    }
}
