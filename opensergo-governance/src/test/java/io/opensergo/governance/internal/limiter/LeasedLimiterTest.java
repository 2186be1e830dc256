package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a limiter admits of the leases that its store grants. */
class LeasedLimiterTest extends ScriptedLimiter {

    private long ask(LeasedLimiter limiter, long origin) {
        return limiter.tryAcquire(ticker.nanos() - (ticker.nanos() - origin) / 5000) == 0 ? 1 : 0;
    }

    private long untilTheWindowEnds() {
        return quota.takeElsewhere(KEY, 1, WINDOW, 1).validFor().toNanos();
    }

    @Nested
    class Leases {

        @Test
        void greatestLeaseIsTheDocumentedPartOfTheThreshold() {
            assertThat(LeaseLimits.maxLease(0)).isZero();
            assertThat(LeaseLimits.maxLease(1)).isEqualTo(1);
            assertThat(LeaseLimits.maxLease(2)).isEqualTo(1);
            assertThat(LeaseLimits.maxLease(7)).isEqualTo(4);
            assertThat(LeaseLimits.maxLease(40)).isEqualTo(4);
            assertThat(LeaseLimits.maxLease(100)).isEqualTo(10);
            assertThat(LeaseLimits.maxLease(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE / 10);
        }

        @Test
        void storeThatAnswersAtOnceAdmitsExactlyTheThreshold() {
            try (var store = new InMemoryGlobalQuota(ticker)) {
                for (long threshold : new long[] {1, 2, 7, 40, 1000}) {
                    LeasedLimiter limiter =
                            limiter(store, threshold, QuotaFailurePolicy.FAIL_LOCAL);

                    assertThat(admitted(limiter, 3000)).isEqualTo(threshold);
                    ticker.advanceNanos(limiter.tryAcquire(ticker.nanos()));
                    assertThat(admitted(limiter, 3000)).isEqualTo(threshold);
                    ticker.advance(WINDOW);
                }
            }
        }

        @Test
        void firstRequestsBorrowOneLeaseAtMost() {
            LeasedLimiter limiter = limiter(100);

            assertThat(admitted(limiter, 50)).isEqualTo(10);
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(LeasedLimiter.SOON_NANOS);
            assertThat(quota.requests).hasSize(1);
        }

        @Test
        void whatIsBorrowedIsPaidFromLaterGrants() {
            LeasedLimiter limiter = limiter(100);
            long admitted = admitted(limiter, 50);
            quota.answerAll();
            while (admitted < 100) {
                admitted += admitted(limiter, 50);
                quota.answerAll();
            }

            assertThat(quota.granted).isBetween(admitted - 10, 100L);
        }

        @Test
        void nothingIsAskedForWhileTheWindowHasNoMore() {
            LeasedLimiter limiter = limiter(1000);
            quota.takeElsewhere(KEY, 1000, WINDOW, 1000);
            admitted(limiter, 1);
            quota.answerAll();
            int asked = quota.asked;

            for (int second = 0; second < 10; second++) {
                assertThat(limiter.tryAcquire(ticker.nanos()))
                        .isEqualTo(TimeUnit.SECONDS.toNanos(10 - second));
                ticker.advance(Duration.ofSeconds(1));
            }

            assertThat(quota.asked).isEqualTo(asked);
            limiter.tryAcquire(ticker.nanos());
            assertThat(quota.asked).isEqualTo(asked + 1);
        }

        @Test
        void leaseGrowsWithTheDemandAndShrinksWithoutIt() {
            LeasedLimiter limiter = limiter(16_000);
            for (int i = 0; i < 10; i++) {
                admitted(limiter, 1600);
                quota.answerAll();
            }
            admitted(limiter, 1600);
            long busy = quota.next().permits;
            quota.answerAll();
            for (int i = 0; i < 20; i++) {
                ticker.advance(WINDOW);
                admitted(limiter, 1);
                quota.answerAll();
            }
            ticker.advance(WINDOW);
            admitted(limiter, 1);

            assertThat(busy).isBetween(1600L, 3200L);
            assertThat(quota.next().permits).isLessThanOrEqualTo(3);
        }

        @Test
        void requestThatWasHeldUpAsksForNothingIfTheStockIsFullByNow() {
            LeasedLimiter limiter = limiter(1000);
            admitted(limiter, 1);
            quota.answerAll();
            long asked = quota.asked;

            boolean asks =
                    limiter.refill.ask(new LeaseLimits(1000, WINDOW.toNanos()), ticker.nanos());

            assertThat(asks).isFalse();
            assertThat(limiter.refill.isAsking()).isFalse();
            assertThat(quota.asked).isEqualTo(asked);
        }

        @Test
        void permitGivenBackIsAdmittedAgain() {
            try (var store = new InMemoryGlobalQuota(ticker)) {
                LeasedLimiter limiter = limiter(store, 3, QuotaFailurePolicy.FAIL_LOCAL);
                admitted(limiter, 3);
                assertThat(limiter.tryAcquire(ticker.nanos())).isPositive();

                limiter.giveBack();

                assertThat(limiter.tryAcquire(ticker.nanos())).isZero();
                assertThat(limiter.tryAcquire(ticker.nanos())).isPositive();
            }
        }

        @Test
        void peekSaysWhatTheNextRequestGets() {
            LeasedLimiter limiter = limiter(20);
            for (int i = 0; i < 200; i++) {
                long now = ticker.nanos();
                long expected = limiter.peek(now);

                assertThat(limiter.tryAcquire(now)).isEqualTo(expected);
                if (i % 7 == 0) {
                    quota.answerAll();
                }
                if (i % 50 == 49 && !quota.requests.isEmpty()) {
                    quota.requests.get(0).fail();
                }
                ticker.advance(Duration.ofMillis(117));
            }
        }

        @Test
        void manyInstancesBorrowHalfOfTheThresholdTogether() {
            assertThat(new LeaseLimits(200, 1).credit(1)).isEqualTo(20);
            assertThat(new LeaseLimits(200, 1).credit(20)).isEqualTo(5);
            assertThat(new LeaseLimits(200, 1).credit(100)).isEqualTo(1);
            assertThat(new LeaseLimits(200, 1).credit(1000)).isEqualTo(1);
            assertThat(new LeaseLimits(0, 1).credit(3)).isZero();
        }

        @Test
        void closedLimiterAsksForNothing() {
            LeasedLimiter limiter = limiter(100);
            admitted(limiter, 1);
            ScriptedQuota.Request awaited = quota.next();
            limiter.close();

            assertThat(awaited.cancelled).isTrue();
            assertThat(admitted(limiter, 100)).isEqualTo(24);
            assertThat(quota.asked).isEqualTo(1);
            assertThat(health.failures()).isZero();
        }
    }

    @Nested
    class Windows {

        @Test
        void firstGrantsBorrowedIsOwedInTheNextWindow() {
            LeasedLimiter limiter = limiter(1);
            quota.takeElsewhere(KEY, 1, WINDOW, 1);
            assertThat(limiter.tryAcquire(ticker.nanos())).isZero();
            quota.answerAll();
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(WINDOW.toNanos());

            ticker.advance(WINDOW);
            long beforeTheAnswer = limiter.tryAcquire(ticker.nanos());
            long asked = quota.next().permits;
            quota.answerAll();

            assertThat(beforeTheAnswer).isEqualTo(LeasedLimiter.SOON_NANOS);
            assertThat(asked).isEqualTo(2);
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(WINDOW.toNanos());
        }

        @Test
        void stockIsVoidWhenItsWindowEnds() {
            LeasedLimiter limiter = limiter(1000);
            admitted(limiter, 1);
            quota.answerAll();
            ticker.advance(WINDOW);

            long next = admitted(limiter, 1000);

            assertThat(next).isEqualTo(limiter.maxLease());
        }

        @Test
        void grantThatArrivesAfterItsWindowIsVoid() {
            LeasedLimiter limiter = limiter(1000);
            quota.takeElsewhere(KEY, 1000, WINDOW, 1);
            ticker.advance(WINDOW.minusMillis(100));
            admitted(limiter, 1000);
            ScriptedQuota.Request late = quota.next().decide();
            ticker.advance(Duration.ofMillis(200));
            late.answer();

            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(LeasedLimiter.SOON_NANOS);
            assertThat(quota.requests).hasSize(1);
        }

        @Test
        void windowEndsWithThatOfTheStoreWhereverTheFirstRequestWas() {
            for (int tenth = 0; tenth < 10; tenth++) {
                LeasedLimiter limiter = limiter(1000);
                admitted(limiter, 1);
                quota.answerAll();
                ticker.advanceNanos(untilTheWindowEnds());
                assertThat(admitted(limiter, 1000)).isEqualTo(limiter.maxLease());

                quota.requests.clear();
                ticker.advance(Duration.ofSeconds(1));
            }
        }

        @Test
        void windowDoesNotEndLateThoughTheClockOfTheStoreIsFaster() {
            long origin = ticker.nanos();
            LeasedLimiter limiter =
                    new LeasedLimiter(
                            quota,
                            KEY,
                            1000,
                            WINDOW.toNanos(),
                            QuotaFailurePolicy.FAIL_LOCAL,
                            () -> INSTANCES,
                            health,
                            () -> ticker.nanos() - (ticker.nanos() - origin) / 5000);
            for (int i = 0; i < 10_000; i++) {
                ask(limiter, origin);
                quota.answerAll();
                ticker.advance(WINDOW);
            }
            ticker.advanceNanos(untilTheWindowEnds() - TimeUnit.MILLISECONDS.toNanos(100));
            ask(limiter, origin);
            quota.answerAll();
            ticker.advance(Duration.ofMillis(101));

            long admitted = 0;
            for (int i = 0; i < 1000; i++) {
                admitted += ask(limiter, origin);
            }

            assertThat(admitted).isLessThanOrEqualTo(limiter.maxLease());
        }

        @Test
        void clockThatGoesBackByADayDoesNotStopTheLimiter() {
            LeasedLimiter limiter = limiter(100);
            quota.takeElsewhere(KEY, 100, WINDOW, 100);
            admitted(limiter, 1);
            quota.answerAll();
            ticker.advance(Duration.ofDays(-1));
            int asked = quota.asked;

            limiter.tryAcquire(ticker.nanos());

            assertThat(quota.asked).isEqualTo(asked + 1);
        }
    }

    @Nested
    class Thresholds {

        @Test
        void thresholdOfZeroRejectsWithoutAsking() {
            LeasedLimiter limiter = limiter(0);

            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(RateLimiter.NEVER);
            assertThat(limiter.peek(ticker.nanos())).isEqualTo(RateLimiter.NEVER);
            assertThat(quota.asked).isZero();
        }

        @Test
        void thresholdSetToZeroRejectsAtOnce() {
            LeasedLimiter limiter = limiter(1000);
            admitted(limiter, 1);
            quota.answerAll();
            limiter.update(0);
            limiter.giveBack();

            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(RateLimiter.NEVER);
        }

        @Test
        void answerToAnOlderThresholdIsHeldToTheNewOne() {
            LeasedLimiter limiter = limiter(100_000);
            admitted(limiter, 1);
            limiter.update(0);
            quota.answerAll();
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(RateLimiter.NEVER);

            limiter.update(10);

            assertThat(admitted(limiter, 100)).isLessThanOrEqualTo(4);
        }

        @Test
        void higherThresholdIsAskedForAtOnce() {
            LeasedLimiter limiter = limiter(10);
            quota.takeElsewhere(KEY, 10, WINDOW, 10);
            admitted(limiter, 1);
            quota.answerAll();
            assertThat(limiter.tryAcquire(ticker.nanos())).isPositive();

            limiter.update(1000);

            assertThat(limiter.tryAcquire(ticker.nanos())).isZero();
            assertThat(quota.next().limit()).isEqualTo(new QuotaLimit(1000, WINDOW));
        }

        @Test
        void updateKeepsTheStock() {
            LeasedLimiter limiter = limiter(160);
            admitted(limiter, 1);
            quota.answerAll();
            limiter.update(200);
            int asked = quota.asked;

            assertThat(limiter.peek(ticker.nanos())).isZero();
            assertThat(quota.asked).isEqualTo(asked);
        }
    }
}
