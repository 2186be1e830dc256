package io.opensergo.governance.internal.limiter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseLimitsTest {

    private static final long SECOND = 1_000_000_000L;

    private final LeaseLimits perSecond = new LeaseLimits(1000, SECOND);

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "2, 1",
        "3, 2",
        "7, 4",
        "8, 4",
        "40, 4",
        "49, 4",
        "50, 5",
        "1000, 100"
    })
    void leaseIsATenthOrHalfOfASmallThreshold(long threshold, long maxLease) {
        assertThat(LeaseLimits.maxLease(threshold)).isEqualTo(maxLease);
    }

    @Test
    void deadlineIsAheadUpToTheHorizon() {
        long now = Long.MAX_VALUE - 5; // readings of a clock may overflow
        assertThat(perSecond.until(now + 1, now)).isEqualTo(1);
        assertThat(perSecond.until(now + 10 * SECOND, now)).isEqualTo(10 * SECOND);
        assertThat(perSecond.until(now + 10 * SECOND + 1, now)).isZero();
        assertThat(perSecond.until(now, now)).isZero();
        assertThat(perSecond.until(now - 1, now)).isZero();
        assertThat(perSecond.isAhead(now + 1, now)).isTrue();
        assertThat(perSecond.isAhead(now, now)).isFalse();

        long minute = 60 * SECOND;
        assertThat(new LeaseLimits(1000, minute).until(now + 2 * minute, now))
                .isEqualTo(2 * minute);
        assertThat(new LeaseLimits(1000, minute).until(now + 2 * minute + 1, now)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "99, 1000000099", // the end given is still to come: a clock was set back
        "100, 1000000100",
        "1000000099, 1000000100",
        "1000000100, 2000000100",
        "5500000000, 6000000100"
    })
    void nextEndIsWholeWindowsAfterTheOneKnown(long now, long nextEnd) {
        assertThat(perSecond.nextEnd(100, now)).isEqualTo(nextEnd);
    }

    @Test
    void estimateOfAnEndIsEarlyByAThousandthButNeverPast() {
        assertThat(perSecond.early(1_024_000, 0, 0)).isEqualTo(1_023_000);
        assertThat(perSecond.early(10_240 + 1_024_000, 10_240, 0)).isEqualTo(10_240 + 1_023_000);
        assertThat(perSecond.early(1_024_000, 0, 1_023_990)).isEqualTo(1_023_995);
        assertThat(perSecond.early(1_024_000, 0, 1_024_000)).isEqualTo(1_024_000);
    }

    @Test
    void leaseFollowsHowLongTheOneBeforeLasted() {
        long period = SECOND / 16;
        assertThat(perSecond.period).isEqualTo(period);
        assertThat(perSecond.nextLease(10, -1)).isEqualTo(10);
        assertThat(perSecond.nextLease(10, 0)).isEqualTo(20);
        assertThat(perSecond.nextLease(10, period - 1)).isEqualTo(20);
        assertThat(perSecond.nextLease(10, period)).isEqualTo(10);
        assertThat(perSecond.nextLease(10, 4 * period)).isEqualTo(10);
        assertThat(perSecond.nextLease(10, 4 * period + 1)).isEqualTo(5);
        assertThat(perSecond.nextLease(60, 0)).isEqualTo(100);
        assertThat(perSecond.nextLease(1, 4 * period + 1)).isEqualTo(1);
    }

    @Test
    void instancesShareTheThresholdAndHalfOfItIsBorrowed() {
        assertThat(perSecond.share(3)).isEqualTo(334);
        assertThat(perSecond.share(4)).isEqualTo(250);
        assertThat(perSecond.share(0)).isEqualTo(1000);
        assertThat(perSecond.credit(1)).isEqualTo(100);
        assertThat(perSecond.credit(10)).isEqualTo(50);
        assertThat(perSecond.credit(1000)).isEqualTo(1);
        assertThat(new LeaseLimits(0, SECOND).credit(1)).isZero();
    }

    @Test
    void windowsBetweenTwoEndsAreRoundedToWholeOnes() {
        assertThat(perSecond.windowsBetween(0, 0, SECOND, SECOND)).isEqualTo(1);
        assertThat(perSecond.windowsBetween(SECOND, SECOND, 0, 0)).isEqualTo(-1);
        assertThat(perSecond.windowsBetween(0, 200, 100, 300)).isZero();
        assertThat(perSecond.windowsBetween(0, 0, SECOND / 2 - 1, SECOND / 2 - 1)).isZero();
        assertThat(perSecond.windowsBetween(0, 0, 0, SECOND)).isEqualTo(1);
        assertThat(perSecond.windowsBetween(0, SECOND, 0, 0)).isZero();
    }
}
