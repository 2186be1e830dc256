package io.opensergo.benchmarks;

import io.opensergo.governance.routing.RouteTable;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to compile a table, which is off the path of requests?
 *
 * <p>Divide by the thousands of routes for the time per 1,000.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar RouteCompile -prof gc}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RouteCompileBenchmark {

    /** How many routes there are. */
    @Param({"1000", "10000"})
    public int routes;

    /** What the routes ask for. */
    @Param({"HEADER", "PREFIX", "REGEX"})
    public RouteSort sort = RouteSort.HEADER;

    private List<TrafficRouter> routers = List.of();

    /** Makes the rules, as they come from the control plane. */
    @Setup(Level.Trial)
    public void makeRules() {
        routers = List.of(SampleRoutes.router(sort, routes));
    }

    /** From rules to a table. */
    @Benchmark
    public RouteTable compile() {
        return RouteTable.compile(routers, List.of(), WorkloadIdentity.unknown());
    }
}
