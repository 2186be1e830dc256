package io.opensergo.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
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
 * What do the steps cost that no limiter can do without?
 *
 * <p>A limiter over time reads the clock and changes a word; one that measures durations reads the
 * clock twice. Their targets are multiples of these.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar FloorBenchmark -prof gc -t 1}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class FloorBenchmark {

    private final AtomicLong word = new AtomicLong();
    private final LongAdder adder = new LongAdder();

    /** Nothing: what the harness itself costs. */
    @Benchmark
    public boolean nothing() {
        return true;
    }

    /** One read of the clock. */
    @Benchmark
    public long nanoTime() {
        return System.nanoTime();
    }

    /** Two reads of the clock. */
    @Benchmark
    public long nanoTimeTwice() {
        long start = System.nanoTime();
        return System.nanoTime() - start;
    }

    /** One compare-and-set of a word that all threads share, tried again until it succeeds. */
    @Benchmark
    public long compareAndSet() {
        return increment();
    }

    /** One read of the clock and one compare-and-set. */
    @Benchmark
    public long nanoTimeAndCompareAndSet() {
        return System.nanoTime() - increment();
    }

    /** One count that nobody has to read. */
    @Benchmark
    public void longAdder() {
        adder.increment();
    }

    private long increment() {
        while (true) {
            long before = word.get();
            if (word.compareAndSet(before, before + 1)) {
                return before;
            }
        }
    }
}
