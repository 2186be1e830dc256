package io.opensergo.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import io.opensergo.governance.time.Ticker;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Many instances that want more than the limit, at a distance from Redis. Admissions are counted in
 * Redis's own windows: it runs on this host, so its clock is the one that the test reads.
 */
class RedisContentionTest {

    private static final long WINDOW_MICROS = TimeUnit.SECONDS.toMicros(1);
    private static final long STANDSTILL_MICROS = TimeUnit.MILLISECONDS.toMicros(500);
    private static final int WINDOWS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static RedisProcess redis;

    private final QuotaKey key =
            new QuotaKey("shop", UUID.randomUUID().toString(), "GET:/foo", "limit");
    private final List<GlobalQuota> quotas = new ArrayList<>();
    private final List<Instance> instances = new ArrayList<>();
    private final Map<Long, LongAdder> admittedByWindow = new ConcurrentHashMap<>();
    private volatile long end;

    @BeforeAll
    static void startRedis() {
        redis = RedisProcess.started();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    @Test
    void twentyInstancesKeepTheBoundAndReportNoOutageTenMillisecondsAway() throws Exception {
        run(20, 20, 200, 10);

        assertBound(200, 20);
        assertNoOutage();
    }

    @Test
    void threeInstancesKeepTheBoundSixtyMillisecondsAway() throws Exception {
        run(3, 3, 100, 60);

        assertBound(100, 10);
        assertNoOutage();
    }

    @Test
    void aHundredInstancesKeepTheBoundTenMillisecondsAway() throws Exception {
        run(100, 4, 200, 10);

        assertBound(200, 20);
        assertNoOutage();
    }

    /** Each instance keeps time by a clock of its own, which is seconds from Redis's. */
    private void run(int count, int connections, long threshold, int roundTripMillis)
            throws Exception {
        try (var line = new DelayingProxy(redis.port(), roundTripMillis)) {
            for (int i = 0; i < connections; i++) {
                quotas.add(
                        RedisGlobalQuota.builder(line.uri())
                                .commandTimeout(Duration.ofSeconds(10))
                                .connect());
            }
            for (int i = 0; i < count; i++) {
                instances.add(new Instance(quotas.get(i % connections), threshold, count, i));
            }
            end = micros() + WINDOWS * WINDOW_MICROS;
            instances.forEach(Thread::start);
            for (Instance instance : instances) {
                instance.join(PATIENCE.toMillis());
            }
            quotas.forEach(GlobalQuota::close);
        }
    }

    /** A machine that stood still for as long as an answer may take says nothing of answers. */
    private void assertNoOutage() {
        long longestPause = instances.stream().mapToLong(each -> each.longestPause).max().orElse(0);
        assumeTrue(longestPause < STANDSTILL_MICROS, "the machine is too busy");
        assertThat(instances)
                .allSatisfy(
                        instance -> {
                            assertThat(instance.isAlive()).isFalse();
                            assertThat(instance.health.failures()).isZero();
                        });
    }

    /** One request of each thread may be counted in the window before the one it was decided in. */
    private void assertBound(long threshold, long greatestLease) {
        Collection<LongAdder> counts = admittedByWindow.values();
        assertThat(counts)
                .hasSizeGreaterThanOrEqualTo(WINDOWS)
                .allSatisfy(
                        count ->
                                assertThat(count.sum())
                                        .isLessThanOrEqualTo(
                                                threshold
                                                        + instances.size() * greatestLease
                                                        + instances.size()));
    }

    /** An instance with a thread that always wants more. */
    private final class Instance extends Thread {
        private final Ticker ticker;
        private final QuotaHealth health;
        private final LeasedLimiter limiter;
        private final long secondsAhead;
        private long longestPause;

        Instance(GlobalQuota quota, long threshold, int count, long secondsAhead) {
            super("instance");
            this.secondsAhead = secondsAhead;
            ticker = () -> nanos(micros());
            health = new QuotaHealth(ticker);
            limiter =
                    new LeasedLimiter(
                            quota,
                            key,
                            threshold,
                            TimeUnit.MICROSECONDS.toNanos(WINDOW_MICROS),
                            QuotaFailurePolicy.FAIL_LOCAL,
                            () -> count,
                            health,
                            ticker);
        }

        private long nanos(long micros) {
            return TimeUnit.MICROSECONDS.toNanos(micros) + TimeUnit.SECONDS.toNanos(secondsAhead);
        }

        @Override
        public void run() {
            long before = micros();
            for (long now = before; now < end; now = micros()) {
                longestPause = Math.max(longestPause, now - before);
                before = now;
                if (limiter.tryAcquire(nanos(now)) == 0) {
                    admittedByWindow
                            .computeIfAbsent(now / WINDOW_MICROS, window -> new LongAdder())
                            .increment();
                } else {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                }
            }
            limiter.close();
        }
    }
}
