package io.opensergo.console.internal.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often wrong tokens may be tried. */
class AttemptLimitTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AttemptLimit limit = new AttemptLimit(10, Duration.ofSeconds(6), nanos::get);

    private void fail(String host, int times) {
        for (int i = 0; i < times; i++) {
            limit.failed(host);
        }
    }

    @Test
    void tenAtOnceAndThenOneEverySixSeconds() {
        fail("10.0.0.1", 9);
        assertThat(limit.secondsToWait("10.0.0.1")).isZero();
        fail("10.0.0.1", 1);
        assertThat(limit.secondsToWait("10.0.0.1")).isEqualTo(6);

        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThat(limit.secondsToWait("10.0.0.1")).isZero();
        fail("10.0.0.1", 1);
        assertThat(limit.secondsToWait("10.0.0.1")).isEqualTo(6);
    }

    @Test
    void anAddressDoesNotBarAnother() {
        fail("10.0.0.1", 20);

        assertThat(limit.secondsToWait("10.0.0.2")).isZero();
    }

    @Test
    void aNetworkOfIpv6IsOneAddress() {
        fail("[2001:db8:1:2:0:0:0:1]", 10);

        assertThat(limit.secondsToWait("[2001:db8:1:2:9:9:9:9]")).isPositive();
        assertThat(limit.secondsToWait("[2001:db8:1:3:0:0:0:1]")).isZero();
    }

    @Test
    void manyAddressesTogetherHaveALimitTooThatPasses() {
        for (int i = 0; i < 200; i++) {
            limit.failed("10.0." + i + ".1");
        }
        assertThat(limit.secondsToWait("10.9.9.9")).isEqualTo(1);

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(limit.secondsToWait("10.9.9.9")).isZero();
    }

    @Test
    void addressesWithoutEndAreForgotten() {
        fail("10.0.0.1", 10);
        for (int i = 0; i < 5000; i++) {
            limit.failed("11." + i / 250 + "." + i % 250 + ".1");
        }
        nanos.addAndGet(Duration.ofDays(1).toNanos());

        assertThat(limit.secondsToWait("10.0.0.1")).isZero();
    }
}
