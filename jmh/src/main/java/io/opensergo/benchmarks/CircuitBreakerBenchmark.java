package io.opensergo.benchmarks;

import dev.failsafe.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
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
 * What does a circuit breaker cost, from acquire to release, while it is closed and calls succeed,
 * and what does a refusal cost while it is open?
 *
 * <p>Each counts over 10 s and opens at half of at least 100 calls. Ours slides in 16 parts,
 * Resilience4j in seconds, Failsafe in 10 parts; Sentinel counts in fixed periods. One breaker of
 * Resilience4j counts both failed and slow calls and so reads the clock twice, as ours for slow
 * calls does; Failsafe's knows failed ones only. Resilience4j has two ways to keep several threads
 * apart, and the default is the first.
 *
 * <p>Targets: ahead of Resilience4j at one and two threads; no allocation.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar CircuitBreaker -prof gc -t 1}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class CircuitBreakerBenchmark {

    /** A guard with a breaker for failed calls. */
    @State(Scope.Benchmark)
    public static class OpenSergoErrorRatio {

        private Guard guard = Guards.of(Guards.errorRatio(Guards.BREAKER_MIN_CALLS));

        /** Opens the breaker if it is to refuse. */
        @Setup
        public void prepare(Task task) {
            if (!task.admits()) {
                guard = Guards.opened(Guards.errorRatio(1), Outcome.failure("503"));
            }
        }
    }

    /** A guard with a breaker for slow calls. */
    @State(Scope.Benchmark)
    public static class OpenSergo {

        private Guard guard = Guards.of(Guards.slowRatio(Guards.BREAKER_MIN_CALLS));

        /** Opens the breaker if it is to refuse. */
        @Setup
        public void prepare(Task task) throws InterruptedException {
            if (!task.admits()) {
                guard = Guards.of(Guards.slowRatio(1));
                long token = guard.acquire();
                TimeUnit.MILLISECONDS.sleep(Guards.SLOW_CALL.toMillis() + 100);
                guard.release(token, Outcome.SUCCESS);
            }
        }
    }

    /** Resilience4j's breaker over time. */
    @State(Scope.Benchmark)
    public static class Resilience4jBreaker {

        private final io.github.resilience4j.circuitbreaker.CircuitBreaker synchronizedOne =
                Resilience4j.breaker(SlidingWindowSynchronizationStrategy.SYNCHRONIZED);
        private final io.github.resilience4j.circuitbreaker.CircuitBreaker lockFreeOne =
                Resilience4j.breaker(SlidingWindowSynchronizationStrategy.LOCK_FREE);

        /** Opens the breakers if they are to refuse. */
        @Setup
        public void prepare(Task task) {
            if (!task.admits()) {
                synchronizedOne.transitionToOpenState();
                lockFreeOne.transitionToOpenState();
            }
        }
    }

    /** Sentinel's entry and exit with a breaker for failed calls. */
    @State(Scope.Benchmark)
    public static class SentinelErrorRatio {

        /** Opens the breaker if it is to refuse. */
        @Setup
        public void prepare(Task task) {
            if (task.admits()) {
                Sentinel.load(Sentinel.errorRatio(Guards.BREAKER_MIN_CALLS));
            } else {
                Sentinel.open(Sentinel.errorRatio(1));
            }
        }
    }

    /** Failsafe's breaker over time. */
    @State(Scope.Benchmark)
    public static class FailsafeBreaker {

        private final CircuitBreaker<Object> breaker =
                CircuitBreaker.builder()
                        .withFailureRateThreshold(
                                Guards.BREAKER_PERCENT,
                                Guards.BREAKER_MIN_CALLS,
                                Guards.BREAKER_WINDOW)
                        .withDelay(Guards.FOREVER)
                        .build();

        /** Opens the breaker if it is to refuse. */
        @Setup
        public void prepare(Task task) {
            if (!task.admits()) {
                breaker.open();
            }
        }

        private boolean pass() {
            if (!breaker.tryAcquirePermit()) {
                return false;
            }
            breaker.recordSuccess();
            return true;
        }
    }

    /** Ours, by failed calls. */
    @Benchmark
    public boolean openSergoErrorRatio(Task task, OpenSergoErrorRatio contender) {
        return task.check(Guards.pass(contender.guard));
    }

    /** Ours, by slow calls. */
    @Benchmark
    public boolean openSergo(Task task, OpenSergo contender) {
        return task.check(Guards.pass(contender.guard));
    }

    /** Resilience4j, as it comes. */
    @Benchmark
    public boolean resilience4j(Task task, Resilience4jBreaker contender) {
        return task.check(Resilience4j.pass(contender.synchronizedOne));
    }

    /** Resilience4j without a lock. */
    @Benchmark
    public boolean resilience4jLockFree(Task task, Resilience4jBreaker contender) {
        return task.check(Resilience4j.pass(contender.lockFreeOne));
    }

    /** Sentinel. */
    @Benchmark
    public boolean sentinel(Task task, SentinelErrorRatio contender) {
        return task.check(Sentinel.pass());
    }

    /** Failsafe. */
    @Benchmark
    public boolean failsafe(Task task, FailsafeBreaker contender) {
        return task.check(contender.pass());
    }
}
