package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaGrant;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.quota.QuotaLimit;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What a limiter does without its store, and when that is back. */
class LeasedLimiterOutageTest extends ScriptedLimiter {

    private long admittedUntilTheStoreFails(LeasedLimiter limiter) {
        long admitted = 0;
        while (quota.requests.isEmpty()) {
            admitted += admitted(limiter, 1);
            ticker.advance(Duration.ofMillis(1));
        }
        quota.next().fail();
        return admitted;
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
