package io.opensergo.benchmarks;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.quota.InMemoryGlobalQuota;
import io.opensergo.governance.quota.QuotaFailurePolicy;
import io.opensergo.governance.quota.QuotaHealth;
import io.opensergo.governance.quota.QuotaKey;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a request pay for a limit that instances share?
 *
 * <p>{@code admit} takes a permit from the stock, {@code reject} is told that the window has no
 * more, {@code clock} is the part of both that reads the time. The store is in this process and
 * answers at once, so what {@code admit} allocates is for its requests to the store.
 *
 * <p>Target: {@code admit} and {@code reject} allocate nothing (to the byte) and {@code reject}
 * costs no more than {@code admit}.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar LeasedLimiter -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LeasedLimiterBenchmark {

    private static final QuotaKey KEY =
            new QuotaKey("shop", "checkout", "POST:/orders", "orders-per-hour");

    private final Ticker ticker = Ticker.system();
    private final LeasedLimiter plenty = limiter(Long.MAX_VALUE / 1000);
    private final LeasedLimiter scarce = exhausted();

    private LeasedLimiter limiter(long threshold) {
        return new LeasedLimiter(
                new InMemoryGlobalQuota(ticker),
                KEY,
                threshold,
                TimeUnit.HOURS.toNanos(1),
                QuotaFailurePolicy.FAIL_LOCAL,
                () -> 1,
                new QuotaHealth(ticker),
                ticker);
    }

    private LeasedLimiter exhausted() {
        LeasedLimiter limiter = limiter(1);
        limiter.tryAcquire(ticker.nanos());
        return limiter;
    }

    /** The baseline. */
    @Benchmark
    public long clock() {
        return ticker.nanos();
    }

    /** A request that is admitted. */
    @Benchmark
    public long admit() {
        return plenty.tryAcquire(ticker.nanos());
    }

    /** A request that is refused. */
    @Benchmark
    public long reject() {
        return scarce.tryAcquire(ticker.nanos());
    }
}
