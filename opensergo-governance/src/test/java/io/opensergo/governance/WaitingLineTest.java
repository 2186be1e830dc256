package io.opensergo.governance;

import static io.opensergo.governance.Rules.breaker;
import static io.opensergo.governance.Rules.concurrency;
import static io.opensergo.governance.Rules.metadata;
import static io.opensergo.governance.Rules.on;
import static io.opensergo.governance.Rules.rate;
import static io.opensergo.governance.Rules.throttling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.PublisherProbe;
import reactor.test.scheduler.VirtualTimeScheduler;

/** What a throttled request has while it waits, and what happens when its turn comes. */
class WaitingLineTest {
    private static final Duration MILLI = Duration.ofMillis(1);

    private static final Duration GAP = Duration.ofMillis(100);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final Duration LONG = Duration.ofSeconds(10);

    private final ManualTicker ticker = new ManualTicker(42);

    private Governor governor = Governor.of();

    @AfterEach
    void close() {
        governor.close();
        VirtualTimeScheduler.reset();
    }

    private Guard guard(Strategy... strategies) {
        governor = Governor.builder().rules(on("a", strategies)).ticker(ticker).build();
        return governor.guard("a");
    }

    private static List<Long> acquire(Guard guard, int times) {
        List<Long> tokens = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long token = guard.acquire();
            if (!Guard.isRefused(token)) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    private static void breakDown(Guard guard) {
        for (int i = 0; i < 2; i++) {
            guard.release(guard.proceed(guard.acquire()), Outcome.failure(new IOException()));
        }
    }

    private long proceedAtItsTurn(Guard guard, long token) {
        ticker.advanceNanos(guard.waitNanos(token));
        return guard.proceed(token);
    }

    @Nested
    class PlacesThatAreGivenUp {

        // Places that requests leave

        @Test
        void aPlaceInTheMiddleOfTheLineGoesToWhoeverComesNext() {
            Guard guard = guard(throttling("pace", GAP, SECOND));
            List<Long> line = acquire(guard, 11);
            assertThat(Guard.isRefused(guard.acquire())).isTrue();

            guard.withdraw(line.get(4));

            long next = guard.acquire();
            assertThat(Guard.isRefused(next)).isFalse();
            assertThat(guard.waitNanos(next)).isEqualTo(guard.waitNanos(line.get(4)));
            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }

        @Test
        void aLineThatEveryoneLeavesIsEmpty() {
            Guard guard = guard(throttling("pace", GAP, SECOND));
            List<Long> line = acquire(guard, 11);

            guard.release(line.remove(0), Outcome.SUCCESS);

            line.forEach(guard::withdraw);

            assertThat(guard.waitNanos(guard.acquire()))
                    .isBetween(GAP.toNanos(), GAP.toNanos() + 63);
            assertThat(guard.stats().passed()).isEqualTo(2);
            assertThat(guard.stats().waited()).isBetween(GAP, GAP.plusNanos(63));
        }

        @Test
        void aPlaceOfTheFifthLineIsNotGivenBackToTheFourth() {
            Strategy[] five = new Strategy[5];
            for (int i = 0; i < five.length; i++) {
                five[i] = throttling("pace" + i, Duration.ofMillis(60 + 10 * i), SECOND);
            }
            Guard guard = guard(five);
            List<Long> line = acquire(guard, 3);

            guard.withdraw(line.get(1));
            governor.replaceRules(on("a", Arrays.copyOf(five, 4)));

            assertThat(guard.waitNanos(guard.acquire()))
                    .isGreaterThanOrEqualTo(3 * 90 * 1_000_000L);
        }

        @Test
        void requestsThatAreGivenUpEarlyDoNotTakeTheThroughputFromOthers() {
            // 100 requests a second, each given up after 200 ms, on a line of 50 a second
            Guard guard = guard(throttling("pace", Duration.ofMillis(20), Duration.ofSeconds(2)));
            record Waiting(long token, long since) {}
            Deque<Waiting> waiting = new ArrayDeque<>();
            int made = 0;
            for (int milli = 0; milli < 20_000; milli++, ticker.advance(MILLI)) {
                long now = milli;
                for (Waiting each : List.copyOf(waiting)) {
                    if (guard.waitNanos(each.token) == 0) {
                        waiting.remove(each);
                        guard.release(guard.proceed(each.token), Outcome.SUCCESS);
                        made++;
                    } else if (now - each.since >= 200) {
                        waiting.remove(each);
                        guard.withdraw(each.token);
                    }
                }
                if (milli % 10 == 0) {
                    long token = guard.acquire();
                    if (!Guard.isRefused(token)) {
                        waiting.add(new Waiting(token, now));
                    }
                }
            }

            assertThat(made).isBetween(950, 1001);
        }

        @Test
        void aMonoThatIsCancelledWhileItWaitsLeavesTheLine() {
            Guard guard = guard(throttling("pace", GAP, SECOND));
            VirtualTimeScheduler.getOrSet();
            List<Long> line = acquire(guard, 4);
            var leaver = guard.protect(Mono.just("reply")).subscribe();
            List<Long> behind = acquire(guard, 2);

            leaver.dispose();

            long next = guard.acquire();
            assertThat(guard.waitNanos(next))
                    .isGreaterThan(guard.waitNanos(line.get(3)))
                    .isLessThan(guard.waitNanos(behind.get(0)));
        }

        @Test
        void aStageThatIsCancelledAndACallThatIsInterruptedLeaveTheLine() {
            Guard guard =
                    guard(throttling("pace", LONG, Duration.ofMinutes(10)), rate("limit", 3, LONG));
            acquire(guard, 1);
            var stage = guard.callStage(() -> CompletableFuture.completedFuture("never"));
            long behind = guard.acquire();

            assertThat(stage.toCompletableFuture().cancel(true)).isTrue();
            long next = guard.acquire();
            assertThat(guard.waitNanos(next)).isLessThan(guard.waitNanos(behind));
            guard.withdraw(next);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> guard.run(() -> {})).isInstanceOf(InterruptedException.class);

            assertThat(guard.waitNanos(guard.acquire())).isLessThan(guard.waitNanos(behind));
        }

        @Test
        void anEditOfTheRulesLosesNoPlaceOfAnother() {
            Guard guard = guard(throttling("pace", GAP, SECOND));
            List<Long> line = acquire(guard, 5);
            governor.replaceRules(on("a", throttling("pace", GAP, LONG)));

            guard.withdraw(line.get(2));
            long next = guard.acquire();
            assertThat(guard.waitNanos(next)).isEqualTo(guard.waitNanos(line.get(2)));

            // A line that has nothing to do with the one that the request stood in.
            governor.replaceRules(on("a", throttling("another", GAP, LONG)));
            List<Long> others = acquire(guard, 5);
            governor.replaceRules(on("a", throttling("another", GAP, SECOND)));
            guard.withdraw(line.get(3));
            assertThat(guard.waitNanos(guard.acquire()))
                    .isGreaterThan(guard.waitNanos(others.get(4)));
        }
    }

    @Nested
    class PermitsThatAreGivenBack {

        // Permits of rate limits

        @Test
        void aRequestThatLeavesGivesItsRatePermitBack() {
            Guard guard = guard(rate("limit", 5, LONG), throttling("pace", GAP, SECOND));
            List<Long> line = acquire(guard, 100);
            assertThat(line).hasSize(5);
            ticker.advance(Duration.ofMillis(150));

            guard.withdraw(line.get(3));
            guard.withdraw(line.get(4));

            assertThat(acquire(guard, 100)).hasSize(2);
            assertThat(guard.stats().passed()).isEqualTo(5);
        }

        @Test
        void aRequestThatLeavesAfterItsWindowFreesNothingOfTheNext() {
            Guard guard = guard(rate("limit", 2, SECOND), throttling("pace", LONG, LONG));
            acquire(guard, 1);
            long leaver = guard.acquire();
            ticker.advance(SECOND.multipliedBy(2));
            assertThat(acquire(guard, 10)).hasSize(0); // the line is full
            governor.replaceRules(on("a", rate("limit", 2, SECOND)));
            assertThat(acquire(guard, 10)).hasSize(2);

            guard.withdraw(leaver);

            assertThat(acquire(guard, 10)).isEmpty();
        }

        @Test
        void aRequestThatLeavesGivesItsPermitOfAGlobalLimitBack() {
            var limit = rate(metadata("limit"), LimitMode.GLOBAL, 40, LONG);
            governor =
                    Governor.builder()
                            .rules(on("a", limit, throttling("pace", MILLI, LONG)))
                            .globalQuota(new InMemoryGlobalQuota(ticker))
                            .ticker(ticker)
                            .build();
            Guard guard = governor.guard("a");
            acquire(guard, 1);
            ticker.advance(SECOND);
            List<Long> line = acquire(guard, 100);
            int all = line.size();

            line.subList(all - 3, all).forEach(guard::withdraw);

            assertThat(acquire(guard, 100)).hasSize(3);
        }

        @Test
        void releasingARefusedRequestChangesNothing() {
            Guard guard = guard(concurrency("slots", 1), rate("limit", 2, LONG));
            guard.acquire();
            for (int i = 0; i < 100; i++) {
                ticker.advance(MILLI);
                long refused = guard.acquire();
                assertThat(Guard.isRefused(refused)).isTrue();
                guard.release(refused, Outcome.SUCCESS);
            }

            assertThat(guard.stats().inFlight()).isEqualTo(1);
        }

        @Test
        void anEditBetweenDoesNotFreeAPermitThatWasNotTaken() {
            Guard guard = guard(concurrency("slots", 5));
            long token = guard.acquire();
            ticker.advance(MILLI);
            governor.replaceRules(on("a", concurrency("slots", 5), rate("limit", 1, LONG)));
            assertThat(acquire(guard, 10)).hasSize(1);

            guard.withdraw(token);

            assertThat(acquire(guard, 10)).isEmpty();
            assertThat(guard.stats().inFlight()).isEqualTo(1);
        }
    }

    @Nested
    class BreakersThatOpenMeanwhile {

        // The turn

        @Test
        void whoeverHasItsTurnWhileTheBreakerIsOpenIsRefusedAndGivesEverythingBack() {
            Guard guard =
                    guard(
                            concurrency("slots", 100),
                            rate("limit", 100, LONG),
                            throttling("pace", GAP, LONG),
                            breaker("breaker"));
            List<Long> line = acquire(guard, 40);
            for (int i = 0; i < 2; i++) {
                long token = proceedAtItsTurn(guard, line.get(i));
                guard.release(token, Outcome.failure(new IOException()));
            }

            for (long each : line.subList(2, 40)) {
                long token = proceedAtItsTurn(guard, each);
                if (ticker.nanos() < Duration.ofSeconds(5).toNanos()) {
                    assertThat(guard.rejection(token).kind())
                            .isEqualTo(StrategyKind.CIRCUIT_BREAKER);
                }
            }

            assertThat(guard.stats().inFlight()).isZero();
            assertThat(guard.stats().passed()).isEqualTo(2);
            assertThat(guard.stats().rejected()).isEqualTo(38);
        }

        @Test
        void aRequestThatCameWhileTheBreakerWasOpenIsRefusedAtOnce() {
            Guard guard = guard(throttling("pace", GAP, LONG), breaker("breaker"));
            breakDown(guard);

            assertThat(guard.rejection(guard.acquire()).kind())
                    .isEqualTo(StrategyKind.CIRCUIT_BREAKER);
        }

        @Test
        void theProbeIsChosenWhenItsTurnComes() {
            Guard guard = guard(throttling("pace", GAP, LONG), breaker("breaker"));
            List<Long> line = acquire(guard, 60);
            guard.release(line.get(0), Outcome.failure(new IOException()));
            long second = proceedAtItsTurn(guard, line.get(1));
            guard.release(second, Outcome.failure(new IOException())); // open until 5.1 s

            assertThat(Guard.isRefused(proceedAtItsTurn(guard, line.get(50)))).isTrue();
            long probe = proceedAtItsTurn(guard, line.get(52));
            assertThat(Guard.isRefused(probe)).isFalse();
            assertThat(Guard.isRefused(proceedAtItsTurn(guard, line.get(53)))).isTrue();
            guard.release(probe, Outcome.SUCCESS);
            assertThat(Guard.isRefused(proceedAtItsTurn(guard, line.get(54)))).isFalse();
        }

        @Test
        void aRequestThatWaitsDoesNotKeepTheBreakerFromBeingProbed() {
            Guard guard = guard(throttling("pace", GAP, LONG), breaker("breaker"));
            breakDown(guard);
            ticker.advance(Duration.ofSeconds(5));
            long probe = guard.acquire();
            long waiting = guard.acquire();

            guard.withdraw(waiting);
            guard.release(probe, Outcome.SUCCESS);

            assertThat(guard.stats().strategies().get(1).breaker()).isEqualTo(BreakerState.CLOSED);
        }

        @Test
        void aMonoWhoseTurnComesWhileTheBreakerIsOpenIsNotSubscribedTo() {
            Guard guard = guard(throttling("pace", GAP, LONG), breaker("breaker"));
            VirtualTimeScheduler time = VirtualTimeScheduler.getOrSet();
            long first = guard.acquire();
            long second = guard.acquire();
            PublisherProbe<String> mono = PublisherProbe.of(Mono.just("reply"));
            PublisherProbe<String> flux = PublisherProbe.of(Flux.just("reply"));
            List<Throwable> errors = new ArrayList<>();
            guard.protect(mono.mono()).subscribe(x -> {}, errors::add);
            guard.protect(flux.flux()).subscribe(x -> {}, errors::add);
            guard.release(first, Outcome.failure(new IOException()));
            guard.release(proceedAtItsTurn(guard, second), Outcome.failure(new IOException()));

            time.advanceTimeBy(SECOND);

            mono.assertWasNotSubscribed();
            flux.assertWasNotSubscribed();
            assertThat(errors).hasSize(2).hasOnlyElementsOfType(RequestRejectedException.class);
        }

        @Test
        void aCallAndAStageWhoseTurnComesWhileTheBreakerIsOpenAreNotMade() {
            governor =
                    Governor.of(
                            on(
                                    "a",
                                    throttling("pace", Duration.ofMillis(300), LONG),
                                    breaker("b")));
            Guard guard = governor.guard("a");
            long first = guard.acquire();
            var made = new AtomicInteger();
            var stage =
                    guard.callStage(
                            () -> CompletableFuture.completedFuture(made.incrementAndGet()));
            guard.release(first, Outcome.failure(new IOException()));
            long second = guard.acquire();
            guard.release(second, Outcome.failure(new IOException())); // made without asking

            assertThatThrownBy(() -> stage.toCompletableFuture().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(RequestRejectedException.class);
            assertThatThrownBy(() -> guard.run(made::incrementAndGet))
                    .isInstanceOf(RequestRejectedException.class);

            assertThat(made).hasValue(0);
        }
    }

    @Nested
    class WhatCountsAtTheTurn {

        @Test
        void aRequestThatWaitsHoldsNoSlotAndTakesOneWhenItsTurnComes() {
            Guard guard = guard(concurrency("slots", 1), throttling("pace", GAP, LONG));
            long first = guard.acquire();
            guard.release(first, Outcome.SUCCESS);
            long second = guard.acquire();
            long third = guard.acquire();
            assertThat(guard.stats().inFlight()).isZero();

            long made = proceedAtItsTurn(guard, second);
            assertThat(guard.stats().inFlight()).isEqualTo(1);
            long refused = proceedAtItsTurn(guard, third);

            assertThat(guard.rejection(refused).kind()).isEqualTo(StrategyKind.CONCURRENCY_LIMIT);
            guard.release(made, Outcome.SUCCESS);
            assertThat(guard.stats().inFlight()).isZero();
        }

        @Test
        void aRequestThatWaitsIsNotInFlightForTheOverloadOfTheProcess() {
            var load =
                    new LoadMetrics() {
                        @Override
                        public double cpu() {
                            return 0.9;
                        }

                        @Override
                        public double loadAverage() {
                            return -1;
                        }
                    };
            List<Rule> rules = new ArrayList<>(on("a", throttling("pace", GAP, LONG)));
            rules.add(Rules.cpu("node", 0.8, AdaptiveStrategy.BBR));
            governor = Governor.builder().rules(rules).ticker(ticker).loadMetrics(load).build();
            Guard guard = governor.guard("a");

            List<Long> line = acquire(guard, 10);

            assertThat(governor.engine().load().inFlight().count()).isEqualTo(1);
            long made = proceedAtItsTurn(guard, line.get(1));
            assertThat(governor.engine().load().inFlight().count()).isEqualTo(2);
            guard.release(made, Outcome.SUCCESS);
            guard.release(line.get(0), Outcome.SUCCESS);
            assertThat(governor.engine().load().inFlight().count()).isZero();
        }

        @Test
        void aRequestIsMadeByTheRulesInForceAtItsTurn() {
            Guard guard = guard(throttling("pace", GAP, LONG));
            List<Long> line = acquire(guard, 3);
            governor.replaceRules(on("a", throttling("pace", GAP, LONG), concurrency("none", 0)));

            assertThat(guard.rejection(proceedAtItsTurn(guard, line.get(1))).strategy())
                    .isEqualTo("none");

            governor.replaceRules(List.of());
            long free = proceedAtItsTurn(guard, line.get(2));
            assertThat(Guard.isRefused(free)).isFalse();
            guard.release(free, Outcome.SUCCESS);
        }

        @Test
        void aRequestThatAnotherGuardMakesWaitHoldsNoSlotMeanwhileAndAsksAgain() {
            Guard guard =
                    guard(concurrency("slots", 1), rate("limit", 2, LONG), breaker("breaker"));
            long deferred = guard.defer(guard.acquire());
            assertThat(Guard.isWaiting(deferred)).isTrue();
            assertThat(guard.waitNanos(deferred)).isZero();
            assertThat(guard.stats().inFlight()).isZero();
            ticker.advance(MILLI);

            long made = guard.proceed(deferred);
            assertThat(guard.stats().inFlight()).isEqualTo(1);
            assertThat(guard.stats().passed()).isEqualTo(1);
            guard.release(made, Outcome.failure(new IOException()));

            long second = guard.defer(guard.acquire());
            guard.withdraw(second);
            long third = guard.acquire();
            assertThat(Guard.isRefused(third)).as("its permit was given back").isFalse();
            long last = guard.defer(third);
            governor.replaceRules(on("a", concurrency("slots", 0), rate("limit", 2, LONG)));
            assertThat(Guard.isRefused(guard.proceed(last))).isTrue();
        }
    }

    @Nested
    class Withdrawals {

        // Requests that are not made after all

        @Test
        void aRequestThatIsWithdrawnHasUsedUpNothing() {
            Guard guard =
                    guard(
                            concurrency("slots", 5),
                            rate("limit", 1, LONG),
                            throttling("pace", LONG, LONG),
                            breaker("breaker"));
            for (int i = 0; i < 100; i++) {
                long token = guard.acquire();
                assertThat(guard.waitNanos(token)).isZero();
                assertThat(Guard.isRefused(token)).isFalse();
                ticker.advanceNanos(i);
                guard.withdraw(token);
            }

            assertThat(guard.stats().inFlight()).isZero();
            assertThat(guard.stats().passed()).isZero();
        }

        @Test
        void aProbeThatIsWithdrawnIsTheNextRequest() {
            Guard guard = guard(breaker("breaker"));
            breakDown(guard);
            ticker.advance(Duration.ofSeconds(5));

            guard.withdraw(guard.acquire());

            assertThat(Guard.isRefused(guard.acquire())).isFalse();
            assertThat(Guard.isRefused(guard.acquire())).isTrue();
        }

        @Test
        void whatIsWithdrawnWithoutARuleInForceTakesNothing() {
            Guard guard = governor.guard("a");

            guard.withdraw(guard.acquire());
            assertThat(guard.defer(guard.acquire())).isEqualTo(guard.proceed(guard.acquire()));

            assertThat(guard.stats().passed()).isZero();
        }

        @Test
        void whatIsDeferredAfterItsRulesAreGoneStaysAsItIs() {
            Guard guard = guard(concurrency("slots", 5));
            long token = guard.acquire();
            governor.replaceRules(List.of());

            assertThat(guard.defer(token)).isEqualTo(token);
        }
    }
}
