package io.opensergo.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.quota.GlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Instances that want more than their limit of a second, each with a thread and with a clock of its
 * own that is seconds from Redis's. Admissions are counted in Redis's windows: it runs on this
 * host, so its clock is the one that {@link #window()} reads.
 */
final class BusyInstances implements AutoCloseable {

    private static final long WINDOW_MICROS = TimeUnit.SECONDS.toMicros(1);
    private static final long STANDSTILL_MICROS = TimeUnit.MILLISECONDS.toMicros(900);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final QuotaKey key =
            new QuotaKey("shop", UUID.randomUUID().toString(), "GET:/foo", "limit");
    private final Map<Long, LongAdder> admitted = new ConcurrentHashMap<>();
    private final List<OneInstance> instances = new ArrayList<>();
    private volatile boolean stopped;

    /** Starts so many instances, which share the quotas among them. */
    BusyInstances(int count, long threshold, List<GlobalQuota> quotas) {
        for (int i = 0; i < count; i++) {
            instances.add(new OneInstance(quotas.get(i % quotas.size()), threshold, count, i));
        }
        instances.forEach(Thread::start);
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** Returns the number of Redis's window that runs. */
    static long window() {
        return micros() / WINDOW_MICROS;
    }

    boolean anyFailed() {
        return instances.stream().anyMatch(each -> each.health.failures() > 0);
    }

    boolean allAre(boolean down) {
        return instances.stream().allMatch(each -> each.limiter.isStoreDown() == down);
    }

    /** Stops the instances; what was counted stays. */
    @Override
    public void close() {
        stopped = true;
        try {
            for (Thread instance : instances) {
                instance.join(PATIENCE.toMillis());
                assertThat(instance.isAlive()).isFalse();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Skips the test if the machine stood still for as long as an answer may take: it says nothing
     * of answers then.
     */
    void assumeSteadyMachine() {
        long longest = instances.stream().mapToLong(each -> each.longestPause).max().orElse(0);
        assumeTrue(longest < STANDSTILL_MICROS, "the machine stood still for " + longest + " us");
    }

    /**
     * Returns what was admitted in each window. One request of each thread may be counted in a
     * window before the one that it was decided in.
     */
    Map<Long, Long> admittedByWindow() {
        Map<Long, Long> counts = new TreeMap<>();
        admitted.forEach((window, count) -> counts.put(window, count.sum()));
        return counts;
    }

    private final class OneInstance extends Thread {
        private final Ticker ticker;
        private final QuotaHealth health;
        private final LeasedLimiter limiter;
        private final long secondsAhead;
        private long longestPause;

        OneInstance(GlobalQuota quota, long threshold, int count, long secondsAhead) {
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
            while (!stopped) {
                long now = micros();
                longestPause = Math.max(longestPause, now - before);
                before = now;
                if (limiter.tryAcquire(nanos(now)) == 0) {
                    admitted.computeIfAbsent(now / WINDOW_MICROS, window -> new LongAdder())
                            .increment();
                } else {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                }
            }
            limiter.close();
        }
    }
}
