package io.opensergo.benchmarks;

import com.google.common.util.concurrent.RateLimiter;
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
 * What does throttling cost a request that is refused, since the line is full?
 *
 * <p>One request a day passes, and another waits for a millisecond at most. For Sentinel, which
 * cannot pace that slowly, it is one a second, so that one in millions passes. What a place in the
 * line costs is measured by {@link ThrottlingLineBenchmark}.
 *
 * <p>Targets: ahead of every peer; no allocation.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar ThrottlingBenchmark -prof gc -t 1}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class ThrottlingBenchmark {

    private static final Duration TIMEOUT = Duration.ofMillis(1);

    /** A guard. */
    @State(Scope.Benchmark)
    public static class OpenSergo {

        private final Guard guard = Guards.of(Guards.throttling(Guards.FOREVER, TIMEOUT));

        /** Takes the place of the day. */
        @Setup
        public void fill() {
            guard.acquire();
        }
    }

    /** Sentinel's entry and exit. */
    @State(Scope.Benchmark)
    public static class SentinelEntry {

        /** Loads the rule. */
        public SentinelEntry() {
            Sentinel.load(Sentinel.throttling(1, (int) TIMEOUT.toMillis()));
        }
    }

    /** Guava's limiter, with a timeout. */
    @State(Scope.Benchmark)
    public static class GuavaLimiter {

        private final RateLimiter limiter = RateLimiter.create(1.0 / Guards.FOREVER.toSeconds());

        /** Takes the place of the day. */
        @Setup
        public void fill() {
            limiter.acquire();
        }
    }

    /** Failsafe's smooth limiter. */
    @State(Scope.Benchmark)
    public static class FailsafeLimiter {

        private final dev.failsafe.RateLimiter<Object> limiter =
                dev.failsafe.RateLimiter.smoothBuilder(Guards.FOREVER).build();

        /** Takes the place of the day. */
        @Setup
        public void fill() {
            limiter.tryAcquirePermit();
        }
    }

    /** Ours. */
    @Benchmark
    public boolean openSergo(OpenSergo contender) {
        return Decision.REJECT.check(Guards.pass(contender.guard));
    }

    /** Sentinel. */
    @Benchmark
    public boolean sentinel(SentinelEntry contender) {
        return Sentinel.pass();
    }

    /** Guava. */
    @Benchmark
    public boolean guava(GuavaLimiter contender) {
        return Decision.REJECT.check(contender.limiter.tryAcquire(TIMEOUT));
    }

    /** Failsafe. */
    @Benchmark
    public boolean failsafe(FailsafeLimiter contender) {
        return Decision.REJECT.check(!contender.limiter.tryReservePermit(TIMEOUT).isNegative());
    }
}
