package io.opensergo.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much is let in; the test owns the time. */
class AllowanceTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE - 5, Long.MIN_VALUE})
    void letsABurstOfTwoSecondsInAndThenTheRate(long start) {
        var rate = new Allowance(10, 20, start);

        assertThat(taken(rate, start)).isEqualTo(20);
        assertThat(rate.acquire(start)).isEqualTo(SECOND / 10);
        assertThat(taken(rate, start + SECOND / 10)).isEqualTo(1);
        assertThat(taken(rate, start + SECOND)).isEqualTo(9);
    }

    @Test
    void savesNoMoreThanTheBurst() {
        var rate = new Allowance(10, 20, 0);
        taken(rate, 0);

        assertThat(taken(rate, 3600 * SECOND)).isEqualTo(20);
    }

    @Test
    void saysHowLongToWait() {
        var rate = new Allowance(1, 2, 0);
        taken(rate, 0);

        long wait = rate.acquire(SECOND / 4);

        assertThat(wait).isEqualTo(3 * SECOND / 4);
        assertThat(rate.acquire(SECOND / 4 + wait - 1)).isEqualTo(1);
        assertThat(rate.acquire(SECOND / 4 + wait)).isZero();
    }

    private static int taken(Allowance rate, long now) {
        int count = 0;
        while (rate.acquire(now) == 0) {
            count++;
        }
        return count;
    }
}
