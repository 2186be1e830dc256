package io.opensergo.governance;

import static io.opensergo.governance.Requests.admitted;
import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Calls that a guard makes itself, on the thread of the caller or later. */
class GuardedCallsTest extends TickedGuard {

    private static Guard throttled(Duration gap) {
        return Governor.of(on("a", throttling("pace", gap, Duration.ofHours(10)))).guard("a");
    }

    @Nested
    class BlockingCalls {

        @Test
        void callsWhatIsAdmittedAndReturnsItsResult() throws Exception {
            Guard guard = governor(on("a", concurrency("slots", 1))).guard("a");

            assertThat(guard.<String>call(() -> "result")).isEqualTo("result");
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void passesOnTheExceptionOfACallAndCountsItAsAFailure() {
            Guard guard = governor(on("a", breaker("breaker"))).guard("a");
            var failure = new IOException("broken");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(
                                () ->
                                        guard.call(
                                                () -> {
                                                    throw failure;
                                                }))
                        .isSameAs(failure);
            }

            assertThatThrownBy(() -> guard.run(() -> {}))
                    .isInstanceOfSatisfying(
                            RequestRejectedException.class,
                            e ->
                                    assertThat(e.rejection().kind())
                                            .isEqualTo(StrategyKind.CIRCUIT_BREAKER));
        }

        @Test
        void doesNotCountTheRefusalOfAnInnerGuardAsAFailureOfTheOuterOne() {
            List<Rule> rules = new ArrayList<>(on("outer", breaker("breaker")));
            rules.addAll(on("inner", rate("none", 0, SECOND)));
            Governor governor = governor(rules);
            Guard outer = governor.guard("outer");
            Guard inner = governor.guard("inner");
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> outer.call(() -> inner.call(() -> "never")))
                        .isInstanceOf(RequestRejectedException.class);
            }

            assertThat(admitted(outer, 1)).isEqualTo(1);
        }

        @Test
        void probeThatAnInnerGuardRefusesDoesNotCloseTheOuterBreaker() {
            List<Rule> rules = new ArrayList<>(on("outer", breaker("breaker")));
            rules.addAll(on("inner", rate("none", 0, SECOND)));
            Governor governor = governor(rules);
            Guard outer = governor.guard("outer");
            fail(outer, new IOException());
            fail(outer, new IOException());
            ticker.advance(Duration.ofSeconds(5));

            assertThatThrownBy(() -> outer.call(() -> governor.guard("inner").call(() -> "never")))
                    .isInstanceOf(RequestRejectedException.class);

            assertThat(Guard.isRefused(outer.acquire())).as("the next one is the probe").isFalse();
            assertThat(Guard.isRefused(outer.acquire())).as("and only that").isTrue();
        }

        @Test
        void waitsOnTheThreadOfABlockingCallThatIsThrottled() throws Exception {
            Guard guard =
                    Governor.of(on("a", throttling("pace", Duration.ofMillis(20), SECOND)))
                            .guard("a");
            long start = System.nanoTime();
            for (int i = 0; i < 4; i++) {
                guard.run(() -> {});
            }

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(60));
        }

        @Test
        void doesNotMakeARequestWhoseThreadIsInterruptedWhileItWaits() {
            var pace = throttling("pace", Duration.ofSeconds(5), Duration.ofSeconds(10));
            Guard guard = governor(on("a", pace, concurrency("slots", 2))).guard("a");
            guard.release(guard.acquire(), Outcome.SUCCESS);
            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> guard.call(() -> "never"))
                    .isInstanceOf(InterruptedException.class);

            assertThat(Thread.interrupted()).isFalse();
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void awaitReturnsWhenTheTurnOfARequestHasCome() throws Exception {
            Guard guard = throttled(Duration.ofMillis(20));
            guard.await(guard.acquire()); // does not wait
            long second = guard.acquire();

            guard.await(second);

            assertThat(guard.waitNanos(second)).isZero();
        }

        @Test
        void aRequestWhoseThreadIsInterruptedWhileItAwaitsItsTurnKeepsItsPlace() {
            Guard guard = throttled(Duration.ofHours(1));
            guard.acquire();
            long second = guard.acquire();

            Thread.currentThread().interrupt();

            assertThatThrownBy(() -> guard.await(second))
                    .isInstanceOf(InterruptedException.class)
                    .hasMessageContaining("'a'");
            assertThat(Thread.interrupted()).isFalse();
            assertThat(guard.waitNanos(second)).isPositive();
        }

        @Test
        void anInterruptIsLeftForLaterIfARequestAwaitsItsTurnUninterruptibly() {
            Guard guard = throttled(Duration.ofMillis(20));
            guard.acquire();
            long second = guard.acquire();

            Thread.currentThread().interrupt();
            guard.awaitUninterruptibly(second);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(guard.waitNanos(second)).isZero();
        }
    }

    @Nested
    class AsynchronousCalls {

        @Test
        void endsAnAsynchronousRequestWithItsStage() {
            Guard guard = governor(on("a", concurrency("slots", 1))).guard("a");
            var reply = new CompletableFuture<String>();

            CompletableFuture<String> result = guard.callStage(() -> reply).toCompletableFuture();

            assertThat(guard.stats().inFlight()).isEqualTo(1);
            assertThatThrownBy(() -> guard.callStage(() -> reply).toCompletableFuture().join())
                    .hasCauseInstanceOf(RequestRejectedException.class);

            reply.complete("reply");
            assertThat(result.join()).isEqualTo("reply");
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void countsAnAsynchronousFailureByItsCause() {
            Guard guard = governor(on("a", breaker("breaker", "java.io.IOException"))).guard("a");
            for (int i = 0; i < 2; i++) {
                var stage =
                        guard.callStage(
                                () ->
                                        CompletableFuture.failedFuture(new IOException())
                                                .thenApply(x -> x));
                assertThatThrownBy(() -> stage.toCompletableFuture().join())
                        .isInstanceOf(CompletionException.class);
            }

            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }

        @Test
        void releasesARequestWhoseStageCannotBeMade() {
            Guard guard = governor(on("a", concurrency("slots", 1))).guard("a");

            var stage =
                    guard.callStage(
                            () -> {
                                throw new IllegalStateException("no connection");
                            });

            assertThatThrownBy(() -> stage.toCompletableFuture().join())
                    .hasRootCauseMessage("no connection");
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void releasesARequestThatReturnsNoStage() {
            Guard guard = governor(on("a", concurrency("slots", 1))).guard("a");

            var stage = guard.callStage(() -> null);

            assertThatThrownBy(() -> stage.toCompletableFuture().join())
                    .hasRootCauseInstanceOf(NullPointerException.class);
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void releasesARequestWhoseFailureCannotBeJudged() {
            Guard guard =
                    Governor.builder()
                            .rules(on("a", concurrency("slots", 1)))
                            .failures(
                                    error -> {
                                        throw new IllegalStateException("no judgement");
                                    })
                            .build()
                            .guard("a");
            var failure = new IOException("broken");

            assertThatThrownBy(
                            () ->
                                    guard.call(
                                            () -> {
                                                throw failure;
                                            }))
                    .isSameAs(failure)
                    .hasSuppressedException(new IllegalStateException("no judgement"));
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void startsAThrottledAsynchronousRequestLater() {
            Guard guard =
                    Governor.of(on("a", throttling("pace", Duration.ofMillis(20), SECOND)))
                            .guard("a");
            long start = System.nanoTime();
            CompletableFuture<?>[] replies = new CompletableFuture<?>[4];
            for (int i = 0; i < replies.length; i++) {
                replies[i] =
                        guard.callStage(() -> CompletableFuture.completedFuture(System.nanoTime()))
                                .toCompletableFuture();
            }
            CompletableFuture.allOf(replies).join();

            assertThat((Long) replies[3].join() - start).isGreaterThanOrEqualTo(60_000_000);
        }
    }
}
