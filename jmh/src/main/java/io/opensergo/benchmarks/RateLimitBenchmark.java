package io.opensergo.benchmarks;

import com.google.common.util.concurrent.RateLimiter;
import io.github.bucket4j.Bucket;
import io.opensergo.governance.Guard;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a rate limit cost a request that passes, and one that is refused?
 *
 * <p>Admitted: a billion a second, which nobody can reach. Refused: one a day, which is gone; for
 * Sentinel, whose window is a second, none. All but ours count otherwise than in a sliding window:
 * Sentinel in two halves of a second, Resilience4j and Failsafe's bursty limiter in fixed periods,
 * Bucket4j and Guava by a rate with a burst. The floors are in {@link FloorBenchmark}.
 *
 * <p>Targets: at most 1.15 times one read of the clock and one compare-and-set, and no slower than
 * the fastest peer; a refusal costs no more than an admission; no allocation.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar RateLimit -prof gc -t 1}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class RateLimitBenchmark {

    /** A guard. */
    @State(Scope.Benchmark)
    public static class OpenSergo {

        private Guard guard = Guards.of(Guards.unreachableRateLimit());

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                guard = Guards.of(Guards.rateLimit(1, Guards.FOREVER));
                guard.acquire();
            }
        }
    }

    /** Resilience4j's limiter. */
    @State(Scope.Benchmark)
    public static class Resilience4jLimiter {

        private io.github.resilience4j.ratelimiter.RateLimiter limiter =
                Resilience4j.unreachableRateLimit();

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                limiter = Resilience4j.rateLimit(1, Guards.FOREVER);
                limiter.acquirePermission();
            }
        }
    }

    /** Sentinel's entry and exit. */
    @State(Scope.Benchmark)
    public static class SentinelEntry {

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            Sentinel.load(Sentinel.rateLimit(task.admits() ? Guards.UNREACHABLE_RATE : 0));
        }
    }

    /** Bucket4j's bucket in memory. */
    @State(Scope.Benchmark)
    public static class Bucket4jBucket {

        private Bucket bucket = bucket(Guards.UNREACHABLE_RATE, Duration.ofSeconds(1));

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                bucket = bucket(1, Guards.FOREVER);
                bucket.tryConsume(1);
            }
        }

        private static Bucket bucket(long tokens, Duration period) {
            return Bucket.builder()
                    .addLimit(limit -> limit.capacity(tokens).refillGreedy(tokens, period))
                    .build();
        }
    }

    /** Guava's limiter. */
    @State(Scope.Benchmark)
    public static class GuavaLimiter {

        private RateLimiter limiter = RateLimiter.create(Guards.UNREACHABLE_RATE);

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                limiter = RateLimiter.create(1.0 / Guards.FOREVER.toSeconds());
                limiter.acquire();
            }
        }
    }

    /** Failsafe's bursty limiter. */
    @State(Scope.Benchmark)
    public static class FailsafeLimiter {

        private dev.failsafe.RateLimiter<Object> limiter =
                limiter(Guards.UNREACHABLE_RATE, Duration.ofSeconds(1));

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                limiter = limiter(1, Guards.FOREVER);
                limiter.tryAcquirePermit();
            }
        }

        private static dev.failsafe.RateLimiter<Object> limiter(long executions, Duration period) {
            return dev.failsafe.RateLimiter.burstyBuilder(executions, period).build();
        }
    }

    /** Ours. */
    @Benchmark
    public boolean openSergo(Task task, OpenSergo contender) {
        return task.check(Guards.pass(contender.guard));
    }

    /** Resilience4j. */
    @Benchmark
    public boolean resilience4j(Task task, Resilience4jLimiter contender) {
        return task.check(contender.limiter.acquirePermission());
    }

    /** Sentinel. */
    @Benchmark
    public boolean sentinel(Task task, SentinelEntry contender) {
        return task.check(Sentinel.pass());
    }

    /** Bucket4j. */
    @Benchmark
    public boolean bucket4j(Task task, Bucket4jBucket contender) {
        return task.check(contender.bucket.tryConsume(1));
    }

    /** Guava. */
    @Benchmark
    public boolean guava(Task task, GuavaLimiter contender) {
        return task.check(contender.limiter.tryAcquire());
    }

    /** Failsafe. */
    @Benchmark
    public boolean failsafe(Task task, FailsafeLimiter contender) {
        return task.check(contender.limiter.tryAcquirePermit());
    }
}
