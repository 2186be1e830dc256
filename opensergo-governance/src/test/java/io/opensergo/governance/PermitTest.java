package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.rules.faulttolerance.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One request that may be ended in several ways; the first counts. */
@Timeout(60)
class PermitTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void secondReleaseGivesBackNothing() {
        Guard guard = guard(concurrency("two", 2));
        Permit other = guard.acquirePermit();
        Permit permit = guard.acquirePermit();

        assertThat(permit.release(Outcome.SUCCESS)).isTrue();
        assertThat(permit.release(Outcome.SUCCESS)).isFalse();
        assertThat(permit.withdraw()).isFalse();

        assertThat(guard.stats().inFlight()).isEqualTo(1);
        assertThat(permit.isEnded()).isTrue();
        assertThat(other.isEnded()).isFalse();
    }

    @Test
    void firstOutcomeIsTheOneThatBreakersHearOf() {
        Guard guard = guard(breaker("breaker"));
        for (int i = 0; i < 2; i++) {
            Permit permit = guard.acquirePermit();
            permit.release(Outcome.SUCCESS);
            permit.release(Outcome.failure("503"));
        }

        assertThat(guard.acquirePermit().isRefused()).isFalse();
    }

    @Test
    void refusedRequestHasEndedAndSaysWhy() {
        Permit refused = guard(rate("none", 0, SECOND)).acquirePermit();

        assertThat(refused.isRefused()).isTrue();
        assertThat(refused.isEnded()).isTrue();
        assertThat(refused.rejection().strategy()).isEqualTo("none");
        assertThat(refused.proceed()).isFalse();
        assertThat(refused.release(Outcome.SUCCESS)).isFalse();
    }

    @Test
    void admittedRequestHasNoRejection() {
        Permit permit = guard(concurrency("one", 1)).acquirePermit();

        assertThatIllegalArgumentException().isThrownBy(permit::rejection);
    }

    @Test
    void waitingRequestProceedsWhenItsTurnHasComeAndEndsOnce() {
        Guard guard = guard(throttling("line", SECOND, SECOND), concurrency("one", 1));
        guard.acquirePermit().release(Outcome.SUCCESS);
        Permit permit = guard.acquirePermit();
        assertThat(permit.isWaiting()).isTrue();
        assertThat(permit.waitNanos()).isEqualTo(SECOND.toNanos());

        ticker.advance(SECOND);
        assertThat(permit.proceed()).isTrue();

        assertThat(permit.isWaiting()).isFalse();
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        assertThat(permit.release(Outcome.SUCCESS)).isTrue();
        assertThat(permit.release(Outcome.SUCCESS)).isFalse();
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void requestIsRefusedWhenItsTurnHasComeAndNothingIsFreeAndNeedsNoEnd() {
        Guard guard = guard(concurrency("one", 1));
        Permit permit = guard.acquirePermit();
        permit.defer();
        Permit other = guard.acquirePermit();

        assertThat(permit.proceed()).isFalse();

        assertThat(permit.isRefused()).isTrue();
        assertThat(permit.rejection().strategy()).isEqualTo("one");
        assertThat(permit.release(Outcome.SUCCESS)).isFalse();
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        assertThat(other.release(Outcome.SUCCESS)).isTrue();
    }

    @Test
    void waitingRequestThatIsReleasedIsNotMadeAndLeavesTheLine() {
        Guard guard = guard(throttling("line", SECOND, SECOND), breaker("breaker"));
        guard.acquirePermit().release(Outcome.SUCCESS);
        Permit permit = guard.acquirePermit();

        assertThat(permit.release(Outcome.failure("503"))).isTrue();

        assertThat(permit.proceed()).isFalse();
        assertThat(permit.isRefused()).isFalse();
        assertThat(guard.stats().passed()).isEqualTo(1);
        assertThat(guard.acquirePermit().waitNanos()).as("its place").isEqualTo(SECOND.toNanos());
    }

    @Test
    void interruptedWaitLeavesTheRequestInTheLine() {
        Guard guard = guard(throttling("line", SECOND, SECOND));
        guard.acquirePermit().release(Outcome.SUCCESS);
        Permit permit = guard.acquirePermit();
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class).isThrownBy(permit::await);

        assertThat(permit.isWaiting()).isTrue();
    }

    @Test
    void withdrawGivesBackThePlaceOfOneThatHasWaited() {
        Guard guard = guard(throttling("line", SECOND, SECOND));
        guard.acquirePermit().release(Outcome.SUCCESS);
        Permit permit = guard.acquirePermit();
        ticker.advance(SECOND);
        assertThat(permit.proceed()).isTrue();

        assertThat(permit.withdraw()).isTrue();
        assertThat(permit.withdraw()).isFalse();

        assertThat(guard.acquirePermit().isWaiting()).isFalse();
    }

    @Test
    void deferredRequestHoldsNoSlotUntilItProceeds() {
        Guard guard = guard(concurrency("one", 1));
        Permit permit = guard.acquirePermit();

        permit.defer();
        assertThat(guard.stats().inFlight()).isZero();
        assertThat(permit.proceed()).isTrue();
        assertThat(guard.stats().inFlight()).isEqualTo(1);
        permit.release(Outcome.SUCCESS);
        permit.defer();
        assertThat(guard.stats().inFlight()).isZero();
    }

    /** Whoever is first, all is given back once. */
    @Test
    void threadsThatEndAndAskAtTheSameTimeGiveAllBackOnce() throws Exception {
        Guard guard = guard(concurrency("many", 1_000));
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < 500; i++) {
                Permit permit = guard.acquirePermit();
                permit.defer();
                var barrier = new CyclicBarrier(3);
                List<Future<Boolean>> ends = new ArrayList<>();
                Future<Boolean> proceeds =
                        pool.submit(
                                () -> {
                                    barrier.await();
                                    return permit.proceed();
                                });
                ends.add(
                        pool.submit(
                                () -> {
                                    barrier.await();
                                    return permit.release(Outcome.SUCCESS);
                                }));
                ends.add(
                        pool.submit(
                                () -> {
                                    barrier.await();
                                    return permit.withdraw();
                                }));
                proceeds.get();
                assertThat(List.of(ends.get(0).get(), ends.get(1).get()))
                        .containsExactlyInAnyOrder(true, false);
                assertThat(guard.stats().inFlight()).isZero();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private Guard guard(Strategy... strategies) {
        return Governor.builder().ticker(ticker).rules(on("a", strategies)).build().guard("a");
    }
}
