package io.opensergo.benchmarks;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.opensergo.governance.Guard;
import java.util.concurrent.Semaphore;
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
 * What does a limit of requests in flight cost, from acquire to release, and a refusal by it?
 *
 * <p>Admitted: of 1,000 slots only as many are taken as there are threads. Refused: the only slot
 * is taken; for Sentinel there is none. {@code semaphore} is the floor: one in, one out.
 *
 * <p>Ours also counts the requests that pass, which without a rate limit is one more write.
 *
 * <p>Target: no allocation; the time is reported.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar Concurrency -prof gc -t 1}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class ConcurrencyBenchmark {

    /** A guard. */
    @State(Scope.Benchmark)
    public static class OpenSergo {

        private Guard guard = Guards.of(Guards.concurrencyLimit(Guards.MAX_CONCURRENCY));

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                guard = Guards.of(Guards.concurrencyLimit(1));
                guard.acquire();
            }
        }
    }

    /** Resilience4j's bulkhead. */
    @State(Scope.Benchmark)
    public static class Resilience4jBulkhead {

        private Bulkhead bulkhead = Resilience4j.concurrencyLimit(Guards.MAX_CONCURRENCY);

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                bulkhead = Resilience4j.concurrencyLimit(1);
                bulkhead.tryAcquirePermission();
            }
        }
    }

    /** Sentinel's entry and exit. */
    @State(Scope.Benchmark)
    public static class SentinelEntry {

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            Sentinel.load(Sentinel.concurrencyLimit(task.admits() ? Guards.MAX_CONCURRENCY : 0));
        }
    }

    /** The JDK's semaphore. */
    @State(Scope.Benchmark)
    public static class JdkSemaphore {

        private Semaphore semaphore = new Semaphore(Guards.MAX_CONCURRENCY);

        /** Makes the limit. */
        @Setup
        public void limit(Task task) {
            if (!task.admits()) {
                semaphore = new Semaphore(0);
            }
        }

        private boolean pass() {
            if (!semaphore.tryAcquire()) {
                return false;
            }
            semaphore.release();
            return true;
        }
    }

    /** Ours. */
    @Benchmark
    public boolean openSergo(Task task, OpenSergo contender) {
        return task.check(Guards.pass(contender.guard));
    }

    /** Resilience4j. */
    @Benchmark
    public boolean resilience4j(Task task, Resilience4jBulkhead contender) {
        return task.check(Resilience4j.pass(contender.bulkhead));
    }

    /** Sentinel. */
    @Benchmark
    public boolean sentinel(Task task, SentinelEntry contender) {
        return task.check(Sentinel.pass());
    }

    /** The floor. */
    @Benchmark
    public boolean semaphore(Task task, JdkSemaphore contender) {
        return task.check(contender.pass());
    }
}
