package io.opensergo.benchmarks;

import io.opensergo.governance.Governor;
import io.opensergo.rules.Rule;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to compile rules into a plan, and to publish it?
 *
 * <p>Each fault-tolerance rule protects a resource of its own by a rate limit and a circuit
 * breaker, so 1,000 of them are 3,000 rules in all. {@code allNew}: a governor that had none;
 * {@code noneEdited}: the same rules again, in other objects; {@code allEdited}: every rate limit
 * has another threshold.
 *
 * <p>No target: the time for each 1,000 is reported, and should not grow with their number.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar PlanCompile -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlanCompileBenchmark {

    /** How many fault-tolerance rules there are. */
    @Param({"1000", "10000"})
    public int resources = 1_000;

    private final Governor governor = Governor.of();
    private List<Rule> rules = List.of();
    private List<Rule> sameRules = List.of();
    private List<Rule> editedRules = List.of();
    private boolean edited;

    /** Makes the rules. */
    @Setup
    public void makeRules() {
        rules = SampleRules.protections(resources, 10);
        sameRules = SampleRules.protections(resources, 10);
        editedRules = SampleRules.protections(resources, 20);
        governor.replaceRules(rules);
    }

    /** A first plan. */
    @Benchmark
    public Governor allNew() {
        return Governor.of(rules);
    }

    /** A plan like the one before it. */
    @Benchmark
    public void noneEdited() {
        edited = !edited;
        governor.replaceRules(edited ? sameRules : rules);
    }

    /** A plan that differs from the one before it in each resource. */
    @Benchmark
    public void allEdited() {
        edited = !edited;
        governor.replaceRules(edited ? editedRules : rules);
    }
}
