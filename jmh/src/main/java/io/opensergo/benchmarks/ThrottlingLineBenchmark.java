package io.opensergo.benchmarks;

import dev.failsafe.RateLimiter;
import io.opensergo.governance.Guard;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a place in the line of throttled requests cost?
 *
 * <p>One request a millisecond passes, and the line may be ten hours long, which no iteration
 * fills, so that every request gets a place and none is waited for. Of the peers only Failsafe
 * hands out places; the others put the thread to sleep. {@code openSergoNoInterval} is a throttling
 * strategy that holds up nobody. Each place is later than the one before it, which no peer can do
 * faster than its clock moves, so there is no figure for a request that need not wait.
 *
 * <p>Targets: ahead of the peer; no allocation.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar ThrottlingLine -prof gc -t 1}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class ThrottlingLineBenchmark {

    private static final Duration INTERVAL = Duration.ofMillis(1);
    private static final Duration LENGTH = Duration.ofHours(10);

    /** A guard. */
    @State(Scope.Benchmark)
    public static class OpenSergo {

        private Guard guard = Guards.of(Guards.throttling(INTERVAL, LENGTH));

        /** Empties the line. */
        @Setup(Level.Iteration)
        public void empty() {
            guard = Guards.of(Guards.throttling(INTERVAL, LENGTH));
        }
    }

    /** A guard that need not look at the line. */
    @State(Scope.Benchmark)
    public static class OpenSergoNoInterval {

        private final Guard guard = Guards.of(Guards.throttling(Duration.ZERO, LENGTH));
    }

    /** Failsafe's smooth limiter. */
    @State(Scope.Benchmark)
    public static class FailsafeLimiter {

        private RateLimiter<Object> limiter = RateLimiter.smoothBuilder(INTERVAL).build();

        /** Empties the line. */
        @Setup(Level.Iteration)
        public void empty() {
            limiter = RateLimiter.smoothBuilder(INTERVAL).build();
        }
    }

    /** Ours. */
    @Benchmark
    public boolean openSergo(OpenSergo contender) {
        return Decision.ADMIT.check(Guards.pass(contender.guard));
    }

    /** Ours, without an interval. */
    @Benchmark
    public boolean openSergoNoInterval(OpenSergoNoInterval contender) {
        return Decision.ADMIT.check(Guards.pass(contender.guard));
    }

    /** Failsafe. */
    @Benchmark
    public boolean failsafe(FailsafeLimiter contender) {
        return Decision.ADMIT.check(!contender.limiter.reservePermit().isNegative());
    }
}
