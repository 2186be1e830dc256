package io.opensergo.governance;

import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.shadow;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each breaker of a resource knows the requests that are probes of its own. */
class ProbesTest {

    private static final Duration RECOVERY = Duration.ofMillis(1);
    private static final Outcome A_FAILS = Outcome.failure("A");
    private static final Outcome B_FAILS = Outcome.failure("B");

    private final ManualTicker ticker = new ManualTicker();
    private final Governor governor = Governor.builder().ticker(ticker).build();
    private final Guard guard = governor.guard("a");

    @AfterEach
    void close() {
        governor.close();
    }

    @Test
    void aProbeThatSucceedsClosesABreakerThatWasAShadowWhenItBegan() {
        follow(breaker(shadow("first"), "A"));
        long probe = openAndProbe(A_FAILS);

        follow(breaker(metadata("first"), "A"));
        guard.release(probe, Outcome.SUCCESS);

        assertThat(state(0)).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aProbeThatSucceedsClosesABreakerThatHasBecomeAShadow() {
        follow(breaker(metadata("first"), "A"));
        long probe = openAndProbe(A_FAILS);

        follow(breaker(shadow("first"), "A"));
        guard.release(probe, Outcome.SUCCESS);

        assertThat(state(0)).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aCancelledProbeGivesWayToTheNextThoughTheBreakerIsNoShadowAnyMore() {
        follow(breaker(shadow("first"), "A"));
        long probe = openAndProbe(A_FAILS);

        follow(breaker(metadata("first"), "A"));
        guard.release(probe, Outcome.CANCELLED);

        assertThat(Guard.isRefused(guard.acquire())).isFalse();
    }

    @Test
    void anOverdueProbeOfOneBreakerDoesNotDecideAnother() {
        followBoth();
        long overdue = openAndProbe(A_FAILS);
        ticker.advance(RECOVERY);
        guard.release(guard.acquire(), B_FAILS);
        assertThat(state(0)).isEqualTo(BreakerState.CLOSED);
        ticker.advance(RECOVERY);
        guard.acquire();

        guard.release(overdue, Outcome.SUCCESS);

        assertThat(state(1)).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void anOverdueProbeOfOneBreakerThatIsCancelledTakesNoProbeFromAnother() {
        followBoth();
        long overdue = openAndProbe(A_FAILS);
        ticker.advance(RECOVERY);
        guard.release(guard.acquire(), B_FAILS);
        ticker.advance(RECOVERY);
        guard.acquire();

        guard.release(overdue, Outcome.CANCELLED);

        assertThat(Guard.isRefused(guard.acquire())).isTrue();
    }

    @Test
    void oneRequestMayProbeSeveralBreakers() {
        followBoth();
        guard.release(guard.acquire(), Outcome.failure(new Both(), "A"));
        assertThat(state(0)).isEqualTo(BreakerState.OPEN);
        assertThat(state(1)).isEqualTo(BreakerState.OPEN);
        ticker.advance(RECOVERY);

        guard.release(guard.acquire(), Outcome.SUCCESS);

        assertThat(state(0)).isEqualTo(BreakerState.CLOSED);
        assertThat(state(1)).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aProbeOfAnEarlierTimeDoesNotDecideALaterOne() {
        follow(breaker(metadata("first"), "A"));
        long overdue = openAndProbe(A_FAILS);
        ticker.advance(RECOVERY);
        guard.release(guard.acquire(), Outcome.SUCCESS);
        openAndProbe(A_FAILS);

        guard.release(overdue, Outcome.SUCCESS);

        assertThat(state(0)).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void callsThatTakeManyTimesTheRecoveryTimeoutStillCloseTheBreaker() {
        follow(breaker(metadata("first"), "A"));
        Deque<Long> probes = new ArrayDeque<>(List.of(openAndProbe(A_FAILS)));
        for (int i = 0; i < 100; i++) {
            ticker.advance(RECOVERY);
            probes.add(guard.acquire());
        }
        assertThat(state(0)).isEqualTo(BreakerState.HALF_OPEN);

        guard.release(probes.remove(), Outcome.SUCCESS);

        assertThat(state(0)).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aProbeOfAResourceWhereTimeDoesNotMatterIsKnownInAThrottledLineToo() {
        var pace = Rules.throttling("pace", Duration.ofMillis(3), Duration.ofSeconds(1));
        governor.replaceRules(on("a", pace, breaker(metadata("first"), "A")));
        guard.release(guard.acquire(), A_FAILS);
        ticker.advance(RECOVERY);
        long waiting = guard.acquire();
        assertThat(guard.waitNanos(waiting)).isPositive();
        ticker.advanceNanos(guard.waitNanos(waiting));
        long probe = guard.proceed(waiting);

        guard.release(probe, Outcome.SUCCESS);

        assertThat(guard.stats().strategies().get(1).breaker()).isEqualTo(BreakerState.CLOSED);
    }

    private long openAndProbe(Outcome failure) {
        guard.release(guard.acquire(), failure);
        ticker.advance(RECOVERY);
        long probe = guard.acquire();
        assertThat(Guard.isRefused(probe)).isFalse();
        assertThat(state(0)).isEqualTo(BreakerState.HALF_OPEN);
        return probe;
    }

    private void follow(CircuitBreakerStrategy strategy) {
        governor.replaceRules(on("a", strategy));
    }

    private void followBoth() {
        governor.replaceRules(
                on(
                        "a",
                        breaker(metadata("first"), "A"),
                        breaker(metadata("second"), "B", Both.class.getName())));
    }

    private BreakerState state(int index) {
        return guard.stats().strategies().get(index).breaker();
    }

    /** Opens at the first failure of these types. */
    private static CircuitBreakerStrategy breaker(Metadata metadata, String... errorTypes) {
        return CircuitBreakerStrategy.builder(metadata)
                .strategy(TriggerType.ERROR_REQUEST_RATIO)
                .triggerRatio(0)
                .statDuration(Duration.ofSeconds(1))
                .recoveryTimeout(RECOVERY)
                .minRequestAmount(1)
                .errorConditions(ErrorConditions.of(errorTypes))
                .build();
    }

    /** With the status A an error of both breakers. */
    private static final class Both extends Exception {
        private static final long serialVersionUID = 1;
    }
}
