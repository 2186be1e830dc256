package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.time.ManualTicker;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import io.opensergo.testsupport.LogCapture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class LeasedLimiterTest {
    private static final Duration WINDOW = Duration.ofSeconds(10);

    private static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");

    private static final int INSTANCES = 4;

    private final ManualTicker ticker = new ManualTicker(Long.MAX_VALUE - 1_000_000_000L);

    private final ScriptedQuota quota = new ScriptedQuota(ticker);

    private final QuotaHealth health = new QuotaHealth(ticker);

    private final LogCapture log = LogCapture.open();

    @AfterEach
    void closeLog() {
        log.close();
    }

    private LeasedLimiter limiter(long threshold) {
        return limiter(quota, threshold, QuotaFailurePolicy.FAIL_LOCAL);
    }

    private LeasedLimiter limiter(GlobalQuota store, long threshold, QuotaFailurePolicy policy) {
        return new LeasedLimiter(
                store, KEY, threshold, WINDOW.toNanos(), policy, () -> INSTANCES, health, ticker);
    }

    private long admitted(LeasedLimiter limiter, int requests) {
        long admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += limiter.tryAcquire(ticker.nanos()) == 0 ? 1 : 0;
        }
        return admitted;
    }

    private long admittedUntilTheStoreFails(LeasedLimiter limiter) {
        long admitted = 0;
        while (quota.requests.isEmpty()) {
            admitted += admitted(limiter, 1);
            ticker.advance(Duration.ofMillis(1));
        }
        quota.next().fail();
        return admitted;
    }

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

    @Nested
    class Outages {

        @Test
        void failedStoreLeavesEachInstanceItsShareOfEachWindow() {
            LeasedLimiter limiter = limiter(100);
            assertThat(admitted(limiter, 1)).isEqualTo(1);
            quota.next().fail();

            assertThat(limiter.isStoreDown()).isTrue();
            assertThat(admitted(limiter, 100)).isEqualTo(24);
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(WINDOW.toNanos());
            ticker.advance(WINDOW);
            assertThat(admitted(limiter, 1)).isEqualTo(1);
            quota.next().fail();
            assertThat(admitted(limiter, 100)).isEqualTo(24);
        }

        @Test
        void storeIsAskedAgainWhileTheShareLasts() {
            LeasedLimiter limiter = limiter(100_000);
            admitted(limiter, 1);
            quota.next().fail();
            assertThat(admitted(limiter, 10)).isEqualTo(10);
            int asked = quota.asked;

            ticker.advance(Duration.ofMillis(200));
            assertThat(admitted(limiter, 1)).isEqualTo(1);
            quota.answerAll();

            assertThat(quota.asked).isEqualTo(asked + 1);
            assertThat(limiter.isStoreDown()).isFalse();
        }

        @Test
        void shareIsRoundedUpAndAtLeastOne() {
            LeasedLimiter limiter = limiter(5);
            admitted(limiter, 1);
            quota.next().fail();
            assertThat(admitted(limiter, 100)).isEqualTo(1);

            limiter.update(1);
            ticker.advance(WINDOW);

            assertThat(admitted(limiter, 100)).isEqualTo(1);
        }

        @Test
        void shareGivenBackIsAdmittedAgain() {
            LeasedLimiter limiter = limiter(100);
            admitted(limiter, 1);
            quota.next().fail();
            admitted(limiter, 24);
            limiter.giveBack();

            assertThat(admitted(limiter, 100)).isEqualTo(1);
        }

        @Test
        void failOpenAdmitsEverything() {
            LeasedLimiter limiter = limiter(quota, 100, QuotaFailurePolicy.FAIL_OPEN);
            admitted(limiter, 1);
            quota.next().fail();

            assertThat(admitted(limiter, 10_000)).isEqualTo(10_000);
            limiter.giveBack();
            limiter.update(0);
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(RateLimiter.NEVER);
        }

        @Test
        void answerThatNeverComesIsAFailure() {
            LeasedLimiter limiter = limiter(100);
            admitted(limiter, 1);
            ScriptedQuota.Request lost = quota.next();
            ticker.advance(Duration.ofSeconds(1));

            assertThat(admitted(limiter, 100)).isEqualTo(24);
            assertThat(lost.cancelled).isTrue();
            assertThat(health.isDown()).isTrue();
        }

        @Test
        void requestOfAThreadThatWasHeldUpIsNotOverdueAtOnce() {
            LeasedLimiter limiter = limiter(100);
            long old = ticker.nanos();
            ticker.advance(Duration.ofSeconds(2));
            limiter.tryAcquire(old);

            limiter.tryAcquire(ticker.nanos());

            assertThat(limiter.isStoreDown()).isFalse();
            assertThat(limiter.refill.isAsking()).isTrue();
        }

        @Test
        void requestOfAThreadThatWasHeldUpSinceItReadTheClockGivesNoAnswerUp() {
            LeasedLimiter limiter = limiter(100);
            long readBefore = ticker.nanos();
            ticker.advance(WINDOW.multipliedBy(3));
            admitted(limiter, 1);

            limiter.tryAcquire(readBefore);

            assertThat(limiter.isStoreDown()).isFalse();
            assertThat(quota.next().cancelled).isFalse();
        }

        @Test
        void storeThatThrowsHasFailed() {
            GlobalQuota broken =
                    new GlobalQuota() {
                        @Override
                        public Mono<QuotaGrant> acquire(
                                QuotaKey key, QuotaLimit limit, long permits) {
                            throw new IllegalStateException("scripted failure");
                        }

                        @Override
                        public void close() {}
                    };
            LeasedLimiter limiter = limiter(broken, 100, QuotaFailurePolicy.FAIL_LOCAL);

            assertThat(admitted(limiter, 100)).isEqualTo(25);
            assertThat(health.isDown()).isTrue();
        }

        @Test
        void storeThatAnswersNothingHasFailed() {
            GlobalQuota empty =
                    new GlobalQuota() {
                        @Override
                        public Mono<QuotaGrant> acquire(
                                QuotaKey key, QuotaLimit limit, long permits) {
                            return Mono.empty();
                        }

                        @Override
                        public void close() {}
                    };
            LeasedLimiter limiter = limiter(empty, 100, QuotaFailurePolicy.FAIL_LOCAL);

            assertThat(admitted(limiter, 100)).isEqualTo(25);
        }

        @Test
        void storeThatIsDownIsAskedWithAGrowingDelay() {
            LeasedLimiter limiter = limiter(100);
            for (int tenth = 0; tenth < 600; tenth++) {
                limiter.tryAcquire(ticker.nanos());
                if (!quota.requests.isEmpty()) {
                    quota.next().fail();
                }
                ticker.advance(Duration.ofMillis(100));
            }

            assertThat(quota.asked).isBetween(115, 125);
            assertThat(health.failures()).isEqualTo(quota.asked);
            assertThat(health.outages()).isEqualTo(1);
        }

        @Test
        void whatWasAdmittedBeforeTheOutageCountsForTheShare() {
            LeasedLimiter limiter = limiter(100);
            long admitted = admitted(limiter, 1);
            quota.answerAll();
            while (admitted < 20) {
                admitted += admitted(limiter, 1);
                quota.answerAll();
            }
            admitted += admittedUntilTheStoreFails(limiter);

            assertThat(admitted + admitted(limiter, 100)).isEqualTo(25);
        }

        @Test
        void instanceThatNobodyAskedDuringAnOutageBorrowsWhileItFindsOut() {
            LeasedLimiter limiter = limiter(100);
            admitted(limiter, 1);
            quota.next().fail();
            ticker.advance(Duration.ofMinutes(1));

            assertThat(admitted(limiter, 100)).isEqualTo(10);
            quota.next().fail();
            assertThat(admitted(limiter, 100)).isEqualTo(15);
        }

        @Test
        void answerAfterTheTimeoutIsIgnored() {
            LeasedLimiter limiter = limiter(1000);
            admitted(limiter, 1);
            ScriptedQuota.Request late = quota.next();
            ticker.advance(Duration.ofSeconds(1));
            admitted(limiter, 1);
            late.answer();

            assertThat(limiter.isStoreDown()).isTrue();
            assertThat(admitted(limiter, 1000)).isEqualTo(248);
        }
    }

    @Nested
    class Returns {

        @Test
        void grantEndsAnOutageAndVoidsTheShare() {
            LeasedLimiter limiter = limiter(1000);
            admitted(limiter, 1);
            quota.next().fail();
            admitted(limiter, 1);
            ticker.advance(Duration.ofMillis(100));
            quota.takeElsewhere(KEY, 1000, WINDOW, 1000);
            admitted(limiter, 250);
            quota.answerAll();

            assertThat(limiter.isStoreDown()).isFalse();
            assertThat(health.isDown()).isFalse();
            assertThat(limiter.tryAcquire(ticker.nanos()))
                    .isEqualTo(WINDOW.minusMillis(100).toNanos());
        }

        @Test
        void whatWasAdmittedAloneIsTakenFromTheStoreFirst() {
            LeasedLimiter limiter = limiter(100);
            admitted(limiter, 1);
            quota.next().fail();
            admitted(limiter, 15);
            ticker.advance(Duration.ofMillis(100));
            admitted(limiter, 1);

            quota.answerAll();

            assertThat(quota.granted).isGreaterThanOrEqualTo(17);
        }

        @Test
        void instanceThatHasReturnedKeepsToItsShareUntilOthersHaveReturned() {
            LeasedLimiter limiter = limiter(100);
            admitted(limiter, 1);
            quota.next().fail();
            ticker.advance(Duration.ofMillis(100));
            long admitted = 1;
            for (int i = 0; i < 50; i++) {
                admitted += admitted(limiter, 10);
                quota.answerAll();
            }
            assertThat(limiter.isStoreDown()).isFalse();
            assertThat(admitted).isEqualTo(25);
            assertThat(limiter.tryAcquire(ticker.nanos())).isEqualTo(StoreOutage.RETURN_NANOS);

            ticker.advanceNanos(StoreOutage.RETURN_NANOS);
            for (int i = 0; i < 50; i++) {
                admitted += admitted(limiter, 10);
                quota.answerAll();
            }

            assertThat(admitted).isEqualTo(100);
        }

        @Test
        void storeThatHasLostItsCountIsToldWhatWasAdmitted() {
            LeasedLimiter limiter = limiter(100);
            long admitted = 0;
            while (admitted < 20) {
                admitted += admitted(limiter, 1);
                quota.answerAll();
            }
            quota.loseCounts();
            for (int i = 0; i < 300; i++) {
                admitted += admitted(limiter, 1);
                quota.answerAll();
                ticker.advance(Duration.ofMillis(20));
            }

            assertThat(admitted).isEqualTo(100);
        }
    }
}
