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

    @Test
    void aRequestThatLeavesManyPartsLaterGivesItsPermitBack() {
        RateLimiter limiter = RateLimiter.of(16, 16 * SECOND);
        for (int i = 0; i < 16; i++) {
            assertThat(limiter.tryAcquire(i * SECOND)).isNotNull();
        }
        assertThat(limiter.tryAcquire(15 * SECOND)).isNull();

        limiter.giveBack(15 * SECOND, 8 * SECOND);

        assertThat(limiter.admitted()).isEqualTo(15);
        assertThat(limiter.tryAcquire(15 * SECOND)).isNotNull();
        assertThat(limiter.tryAcquire(15 * SECOND)).isNull();
        // It was in the ninth part, so the first ones free theirs as before.
        assertThat(limiter.tryAcquire(17 * SECOND)).isNotNull();
    }

    @Test
    void aRequestThatLeavesWhenTheWindowHasPassedFreesNothing() {
        RateLimiter limiter = RateLimiter.of(1, SECOND);
        assertThat(limiter.tryAcquire(0)).isNotNull();
        assertThat(limiter.tryAcquire(2 * SECOND)).isNotNull();

        limiter.giveBack(2 * SECOND, 0);

        assertThat(limiter.tryAcquire(2 * SECOND)).isNull();
    }

    @Test
    void aRequestWhosePartAShorterWindowHasForgottenFreesNothing() {
        RateLimiter limiter = RateLimiter.of(1, SECOND);
        assertThat(limiter.tryAcquire(0)).isNotNull();
        RateLimiter shorter = limiter.edited(1, SECOND / 10);
        assertThat(shorter.tryAcquire(SECOND / 2)).isNotNull();
        RateLimiter longer = shorter.edited(1, 2 * SECOND);

        longer.giveBack(SECOND, 0);

        assertThat(longer.tryAcquire(SECOND)).isNull();
    }
}
