package io.opensergo.benchmarks;

import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.RouteTable;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
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
 * What does a weighted choice add to a routing decision?
 *
 * <p>{@code single} decides for a route with one destination, {@code weighted} for one with two.
 * All threads use the same route: at two threads they contend for its counter.
 *
 * <p>Target: {@code weighted} allocates nothing, and adds at most 15 ns to {@code single} on one
 * thread.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar WeightedRoute -prof gc -t 1}</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WeightedRouteBenchmark {

    private static final RequestView REQUEST = RequestView.builder().host("prices").build();

    /** The percentage of the second destination. */
    @Param({"5", "50"})
    public int percentage = 5;

    private final RouteTable single = table(RouteDestination.of(destination("stable")));
    private RouteTable weighted = RouteTable.empty();

    /** Compiles the route. */
    @Setup
    public void compile() {
        weighted =
                table(
                        RouteDestination.of(destination("stable"), 100 - percentage),
                        RouteDestination.of(destination("canary"), percentage));
    }

    private static Destination destination(String subset) {
        return Destination.of("prices", subset);
    }

    private static RouteTable table(RouteDestination... destinations) {
        TrafficRouter router =
                TrafficRouter.ofHttp(
                        Metadata.of("default", "shop", "prices"),
                        List.of("prices"),
                        List.of(HttpRoute.builder().route(List.of(destinations)).build()));
        return RouteTable.compile(List.of(router), List.of(), WorkloadIdentity.unknown());
    }

    /** One destination. */
    @Benchmark
    public RouteDecision single() {
        return single.route(REQUEST);
    }

    /** One of two. */
    @Benchmark
    public RouteDecision weighted() {
        return weighted.route(REQUEST);
    }
}
