package io.opensergo.benchmarks;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.rules.Rule;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Does a request wait while a plan of 10,000 fault-tolerance rules is compiled and published?
 *
 * <p>One thread passes a guard, again and again, and each pass is timed. {@code quiet}: nothing
 * else happens. {@code swapped}: another thread compiles and publishes plans for the guard's
 * governor without a pause, each of which edits every resource. {@code besideSwaps}: it does so for
 * a governor that the guard does not belong to, which costs the machine the same and tells what the
 * swaps themselves add.
 *
 * <p>Target: up to the 99.9th percentile {@code swapped} is {@code besideSwaps} within its noise.
 * What is beyond, in both, are pauses of the garbage collector and the system's scheduler.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar PlanSwap}</pre>
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class PlanSwapBenchmark {

    private static final int RESOURCES = 10_000;

    /** A guard of one of many resources. */
    @State(Scope.Group)
    public static class Guarded {

        private final Governor governor =
                Governor.of(SampleRules.protections(RESOURCES, Guards.UNREACHABLE_RATE));
        private final Guard guard = governor.guard(SampleRules.resource(RESOURCES / 2));

        private boolean pass() {
            return Decision.ADMIT.check(Guards.pass(guard));
        }
    }

    /** Two sets of rules, each to follow the other. */
    @State(Scope.Group)
    public static class Edits {

        private final List<Rule> rules =
                SampleRules.protections(RESOURCES, Guards.UNREACHABLE_RATE);
        private final List<Rule> edited =
                SampleRules.protections(RESOURCES, Guards.UNREACHABLE_RATE + 1L);
        private final Governor other = Governor.of(rules);
        private boolean isEdited;

        private void swap(Governor governor) {
            isEdited = !isEdited;
            governor.replaceRules(isEdited ? edited : rules);
        }
    }

    /** A pass, and nothing else. */
    @Benchmark
    @Group("quiet")
    public boolean passInQuiet(Guarded guarded) {
        return guarded.pass();
    }

    /** A pass while its plans are swapped. */
    @Benchmark
    @Group("swapped")
    public boolean passWhileSwapped(Guarded guarded) {
        return guarded.pass();
    }

    /** A swap of the plan that requests are decided by. */
    @Benchmark
    @Group("swapped")
    public void swap(Guarded guarded, Edits edits) {
        edits.swap(guarded.governor);
    }

    /** A pass while other plans are swapped. */
    @Benchmark
    @Group("besideSwaps")
    public boolean passBesideSwaps(Guarded guarded) {
        return guarded.pass();
    }

    /** A swap of a plan that no request is decided by. */
    @Benchmark
    @Group("besideSwaps")
    public void swapOther(Edits edits) {
        edits.swap(edits.other);
    }
}
