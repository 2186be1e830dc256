package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.slowBreaker;
import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.GuardExplanation.CheckExplanation;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a breaker has counted is kept through an edit if it means the same after it. */
class BreakerEditTest {

    private static final Duration SLOW = Duration.ofMillis(300);
    private static final Duration RECOVERY = Duration.ofSeconds(5);

    private final ManualTicker ticker = new ManualTicker();
    private final Governor governor = Governor.builder().ticker(ticker).build();
    private final Guard guard = governor.guard("a");

    @AfterEach
    void close() {
        governor.close();
    }

    @Test
    void failedCallsAreNotTakenForSlowOnes() {
        follow(breaker("breaker"));
        fail("");

        follow(slowBreaker("breaker", SLOW));

        assertThat(counted()).contains("0 of 0 calls are slow");
        succeedAfter(Duration.ZERO);
        succeedAfter(Duration.ZERO);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void slowCallsAreNotTakenForFailedOnes() {
        follow(slowBreaker("breaker", SLOW));
        succeedAfter(SLOW.plusMillis(1));

        follow(breaker("breaker"));

        assertThat(counted()).contains("0 of 0 calls are failed");
        succeedAfter(Duration.ZERO);
        succeedAfter(Duration.ZERO);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void callsThatWereSlowByAnotherLimitAreForgotten() {
        follow(slowBreaker("breaker", SLOW));
        succeedAfter(SLOW.plusMillis(1));

        follow(slowBreaker("breaker", SLOW.multipliedBy(2)));

        succeedAfter(SLOW.plusMillis(1));
        assertThat(counted()).contains("0 of 1 calls are slow");
    }

    @Test
    void callsThatFailedByOtherConditionsAreForgotten() {
        follow(breaker("breaker", "A", "B"));
        fail("A");

        follow(breaker("breaker", "B"));

        fail("A");
        assertThat(counted()).contains("0 of 1 calls are failed");
    }

    @Test
    void conditionsInAnotherOrderAndOnesThatDoNotMatterKeepWhatWasCounted() {
        follow(breaker("breaker", "A", "B"));
        fail("A");

        follow(withSlowConditions(breaker("breaker", "B", "A", "B")));

        assertThat(counted()).contains("1 of 1 calls are failed");
        fail("B");
        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void theDurationOfACallFromBeforeTheEditIsNotKnownAndIsNotTakenForShort() {
        follow(breaker("breaker"));
        long token = guard.acquire();
        follow(slowBreaker("breaker", SLOW));
        ticker.advance(SLOW.plusMillis(1));

        guard.release(token, Outcome.SUCCESS);

        assertThat(counted()).contains("0 of 0 calls are slow");
    }

    @Test
    void anOpenBreakerStaysOpenThroughItAndItsProbeIsJudgedByTheNewMeaning() {
        follow(breaker("breaker"));
        fail("");
        fail("");

        follow(slowBreaker("breaker", SLOW));

        assertThat(Guard.isRefused(guard.acquire())).isTrue();
        ticker.advance(RECOVERY);
        fail("");
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aProbeOnItsWayIsJudgedByTheNewMeaning() {
        follow(breaker("breaker"));
        fail("");
        fail("");
        ticker.advance(RECOVERY);
        long probe = guard.acquire();

        follow(slowBreaker("breaker", SLOW));
        ticker.advance(SLOW.plusMillis(1));
        guard.release(probe, Outcome.SUCCESS);

        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aSlowProbeOnItsWayIsJudgedByItsFailure() {
        follow(slowBreaker("breaker", SLOW));
        succeedAfter(SLOW.plusMillis(1));
        succeedAfter(SLOW.plusMillis(1));
        ticker.advance(RECOVERY);
        long probe = guard.acquire();

        follow(breaker("breaker"));
        ticker.advance(SLOW.plusMillis(1));
        guard.release(probe, Outcome.SUCCESS);

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    private void follow(CircuitBreakerStrategy strategy) {
        governor.replaceRules(on("a", strategy));
    }

    private void fail(String errorType) {
        guard.release(guard.acquire(), Outcome.failure(errorType));
    }

    private void succeedAfter(Duration time) {
        long token = guard.acquire();
        ticker.advance(time);
        guard.release(token, Outcome.SUCCESS);
    }

    private String counted() {
        CheckExplanation check = guard.explain().checks().get(0);
        return check.reason();
    }

    private BreakerState state() {
        return guard.stats().strategies().get(0).breaker();
    }

    private static CircuitBreakerStrategy withSlowConditions(CircuitBreakerStrategy strategy) {
        return CircuitBreakerStrategy.builder(strategy.metadata())
                .strategy(strategy.strategy())
                .triggerRatio(strategy.triggerRatio())
                .statDuration(strategy.statDuration())
                .recoveryTimeout(strategy.recoveryTimeout())
                .minRequestAmount(strategy.minRequestAmount())
                .slowConditions(SlowConditions.of(SLOW))
                .errorConditions(strategy.errorConditions())
                .build();
    }
}
