package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void theTimeToWaitCountsThatTimesInALongWindowAreRoundedUp() {
        RateLimiter limiter = RateLimiter.of(1, SECOND);
        limiter.tryAcquire(0);

        long retryAfter = limiter.retryAfter(0);

        assertThat(limiter.wouldAdmit(retryAfter - 1)).isFalse();
        assertThat(limiter.wouldAdmit(retryAfter)).isTrue();
    }

    @Test
    void theTimeToWaitIsThatOfTheThreadThatReadTheTimeEarlier() {
        RateLimiter limiter = RateLimiter.of(1, 16);
        limiter.tryAcquire(10);

        assertThat(limiter.tryAcquire(3)).isNull();
        assertThat(limiter.retryAfter(3)).isEqualTo(23);
    }

    @Test
    void aThreadThatWasHeldUpForMoreThanAWindowDoesNotFreeWhatOthersTook() {
        RateLimiter limiter = RateLimiter.of(1, SECOND);
        limiter.tryAcquire(5 * SECOND);

        assertThat(limiter.tryAcquire(3 * SECOND)).isNull();
        assertThat(limiter.tryAcquire(5 * SECOND)).isNull();
    }

    @Test
    void aShorterWindowForgetsByTheBeginningOfThePartIfTheTimeIsEarlier() {
        RateLimiter limiter = RateLimiter.of(3, 32);
        limiter.tryAcquire(0);
        limiter.tryAcquire(0);
        limiter.tryAcquire(2);

        RateLimiter edited = limiter.edited(4, 2);
        edited.tryAcquire(1);

        assertThat(edited.used(1)).isEqualTo(2);
        assertThat(edited.used(-60 * SECOND)).isEqualTo(2);
    }

    @Test
    void partsOfALongerWindowAreForgottenBeforeLaterOnes() {
        RateLimiter limiter = RateLimiter.of(2, 10_000_000 * SECOND);
        limiter.tryAcquire(0);
        RateLimiter edited = limiter.edited(2, SECOND);
        edited.tryAcquire(1);

        for (long now = SECOND; now < 4 * SECOND; now += SECOND / 8) {
            boolean wouldAdmit = edited.wouldAdmit(now);
            RateLimiter.Part part = edited.tryAcquire(now);
            assertThat(part != null).isEqualTo(wouldAdmit);
            if (part != null) {
                RateLimiter.giveBack(part);
            }
        }
    }
}
