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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** The bounds of {@link LeasedLimiter} with many threads and a store that answers on others. */
class LeasedLimiterThreadsTest {

    private static final QuotaKey KEY = new QuotaKey("shop", "checkout", "GET:/foo", "limit");
    private static final int THREADS = 4;
    private static final int WINDOWS = 20;
    private static final long WINDOW = TimeUnit.SECONDS.toNanos(1);

    /** One for all tests, so that it logs once. */
    private static final QuotaHealth HEALTH = new QuotaHealth(() -> 0);

    private final ManualTicker ticker = new ManualTicker();
    private final CountingQuota quota = new CountingQuota();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stopThreads() {
        threads.shutdownNow();
    }

    /** Answers on other threads and counts what it grants. */
    private final class CountingQuota implements GlobalQuota {
        private final GlobalQuota store = new InMemoryGlobalQuota(ticker);
        private final LongAdder granted = new LongAdder();

        @Override
        public Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits) {
            return store.acquire(key, limit, permits)
                    .doOnNext(grant -> granted.add(grant.permits()))
                    .doOnNext(grant -> ticker.advance(Duration.ofMillis(20)))
                    .publishOn(Schedulers.parallel());
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private LeasedLimiter limiter(long threshold) {
        return new LeasedLimiter(
                quota,
                KEY,
                threshold,
                WINDOW,
                QuotaFailurePolicy.FAIL_LOCAL,
                () -> THREADS,
                new QuotaHealth(ticker),
                ticker);
    }

    private long sumOf(Callable<Long> task) throws Exception {
        List<Future<Long>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            results.add(threads.submit(task));
        }
        long sum = 0;
        for (Future<Long> result : results) {
            sum += result.get(60, TimeUnit.SECONDS);
        }
        return sum;
    }

    /** Often, so that threads are held up between finding the stock low and asking for more. */
    @RepeatedTest(200)
    void oneWindowAdmitsTheThresholdAndOneGreatestLeaseAtMost() throws Exception {
        LeasedLimiter limiter = limiter(20_000);

        long admitted = sumOf(() -> admittedUntilTold(limiter));

        assertThat(admitted).isBetween(20_000L, 20_000 + limiter.maxLease());
    }

    /** All of them come to the end of a window at once, during an outage. */
    @RepeatedTest(200)
    void shareOfANewWindowIsAdmittedOnce() throws Exception {
        long window = TimeUnit.MILLISECONDS.toNanos(50);
        GlobalQuota broken =
                new GlobalQuota() {
                    @Override
                    public Mono<QuotaGrant> acquire(QuotaKey key, QuotaLimit limit, long permits) {
                        return Mono.error(new IllegalStateException("scripted failure"));
                    }

                    @Override
                    public void close() {}
                };
        var limiter =
                new LeasedLimiter(
                        broken,
                        KEY,
                        100,
                        window,
                        QuotaFailurePolicy.FAIL_LOCAL,
                        () -> THREADS,
                        HEALTH,
                        ticker);
        for (int i = 0; i < 100; i++) {
            limiter.tryAcquire(ticker.nanos());
        }
        ticker.advanceNanos(window + 1);

        long admitted = sumOf(() -> admittedOf(limiter, 100));

        assertThat(admitted).isEqualTo(100 / THREADS);
    }

    private long admittedOf(LeasedLimiter limiter, int requests) {
        long admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += limiter.tryAcquire(ticker.nanos()) == 0 ? 1 : 0;
        }
        return admitted;
    }

    private long admittedUntilTold(LeasedLimiter limiter) {
        long admitted = 0;
        long wait = 0;
        while (wait <= LeasedLimiter.SOON_NANOS) {
            wait = limiter.tryAcquire(ticker.nanos());
            admitted += wait == 0 ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void windowsThatEndMeanwhileAdmitWhatWasGrantedAndOneGreatestLeaseAtMost() throws Exception {
        LeasedLimiter limiter = limiter(1000);

        long admitted = sumOf(() -> admittedWhileTimePasses(limiter));

        assertThat(limiter.isStoreDown()).isFalse();
        assertThat(admitted).isLessThanOrEqualTo(quota.granted.sum() + limiter.maxLease());
    }

    /** Time passes while no answer is awaited, so that none is overdue. */
    private long admittedWhileTimePasses(LeasedLimiter limiter) {
        long admitted = 0;
        for (int i = 0; ticker.nanos() < WINDOWS * WINDOW; i++) {
            long wait = limiter.tryAcquire(ticker.nanos());
            if (wait > 0 && !limiter.refill.isAsking()) {
                ticker.advance(Duration.ofMillis(1));
            } else if (wait > 0) {
                Thread.onSpinWait();
            } else if (i % 3 == 0) {
                limiter.giveBack();
            } else {
                admitted++;
            }
        }
        return admitted;
    }
}
