package io.opensergo.benchmarks;

import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
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
 * What does a request cost that no rule applies to?
 *
 * <p>The rules in force are those of another resource. Only Sentinel, too, decides at run time
 * whether there is a rule; the other peers are not there where nobody has put them.
 *
 * <p>Target: at most 3 ns, and no allocation.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar NoRule -prof gc -t 1}</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 200, time = 10, timeUnit = TimeUnit.MILLISECONDS)
public class NoRuleBenchmark {

    /** A guard. */
    @State(Scope.Benchmark)
    public static class OpenSergo {

        private final Guard guard =
                Governor.of(SampleRules.protection(0, 10)).guard(Guards.RESOURCE);
    }

    /** Sentinel's entry and exit. */
    @State(Scope.Benchmark)
    public static class SentinelEntry {

        /** Loads a rule of another resource. */
        public SentinelEntry() {
            Sentinel.load(new FlowRule("GET:/payments").setCount(10));
        }
    }

    /** Ours. */
    @Benchmark
    public boolean openSergo(OpenSergo contender) {
        return Guards.pass(contender.guard);
    }

    /** Sentinel. */
    @Benchmark
    public boolean sentinel(SentinelEntry contender) {
        return Sentinel.pass();
    }
}
