package io.opensergo.benchmarks;

import io.opensergo.benchmarks.SampleRoutes.Request;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.RouteTable;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.cluster.router.state.BitList;
import org.jspecify.annotations.Nullable;
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
 * What does a routing decision cost, and how does it grow with the number of routes?
 *
 * <p>Each request is for another route, so that branches cannot be learned: the routes in turn, or
 * with {@code -p random=true} any of them, which makes the caches of the processor miss as well.
 * The texts of requests are not those of the rules; as texts keep their hash codes, a first look-up
 * of a fresh one costs a few nanoseconds more, in {@code hashLookup} as well.
 *
 * <ul>
 *   <li>{@code openSergo}: the compiled table, to the decision.
 *   <li>{@code envoyScan}: a linear scan of the messages, to the route; expressions of RE2/J,
 *       compiled once.
 *   <li>{@code openSergoInstances} and {@code dubboMesh}: decision and choice among 16 instances,
 *       which Dubbo's mesh router does in one. It sees the same rules, their texts as attachments;
 *       it runs expressions of {@code java.util.regex}, which it compiles each time.
 *   <li>{@code hashLookup}: a {@link HashMap} from the text of each route, the floor.
 * </ul>
 *
 * <p>Targets of {@code openSergo}: {@code HEADER} at most 40 ns, 0 B, and 10,000 routes at most 1.5
 * times 10; {@code PREFIX} at most 2 times. {@code REGEX} is reported; the one expression that runs
 * is RE2/J's time and memory.
 *
 * <pre>{@code java -jar jmh/target/benchmarks.jar RoutingBenchmark -prof gc}</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RoutingBenchmark {

    private static final int INSTANCES = 16;

    /** How many routes there are. */
    @Param({"10", "100", "1000", "10000"})
    public int routes;

    /** What the routes ask for. */
    @Param({"HEADER", "PREFIX", "REGEX"})
    public RouteSort sort = RouteSort.HEADER;

    /** Whether requests are for routes at random. */
    @Param("false")
    public boolean random;

    private final Request request = new Request();
    private final List<Map<String, String>> instances =
            SampleRules.many(INSTANCES, i -> Map.of("version", SampleRoutes.subset(i)));

    private RouteTable table = RouteTable.empty();
    private @Nullable EnvoyScan scan;
    private @Nullable DubboMesh mesh;
    private final Map<String, Integer> byText = new HashMap<>();
    private int[] order = {};
    private String[] texts = {};
    private int next;

    /** Builds all of them, and makes sure that they decide alike. */
    @Setup(Level.Trial)
    public void compile() {
        TrafficRouter router = SampleRoutes.router(sort, routes);
        table = RouteTable.compile(List.of(router), List.of(), WorkloadIdentity.unknown());
        scan = new EnvoyScan(router);
        mesh = new DubboMesh(sort, routes, INSTANCES);
        texts = SampleRules.many(routes, sort::text).toArray(String[]::new);
        for (int i = 0; i < routes; i++) {
            byText.put(sort.text(i), i);
        }
        order = SampleRoutes.order(random, routes);
        for (int i = 0; i < routes; i += Math.max(1, routes / 100)) {
            requireSame(i);
        }
    }

    private void requireSame(int number) {
        String expected = SampleRoutes.subset(number);
        request.with(texts[number]);
        RouteDecision decision = table.route(request);
        Route route = scan().route(request);
        BitList<Invoker<Object>> invokers = mesh().route(number);
        boolean same =
                decision.group() != null
                        && expected.equals(decision.group().subset())
                        && route != null
                        && route.getRoute().getCluster().contains("|" + expected + "|")
                        && invokers.size() == INSTANCES / SampleRoutes.SUBSETS
                        && expected.equals(invokers.get(0).getUrl().getVersion());
        if (!same) {
            throw new IllegalStateException("route " + number + " must be found by all alike");
        }
    }

    private EnvoyScan scan() {
        if (scan == null) {
            throw new IllegalStateException("not compiled");
        }
        return scan;
    }

    private DubboMesh mesh() {
        if (mesh == null) {
            throw new IllegalStateException("not compiled");
        }
        return mesh;
    }

    private int nextRoute() {
        return order[next++ & (SampleRoutes.REQUESTS - 1)];
    }

    /** The compiled table. */
    @Benchmark
    public RouteDecision openSergo() {
        return table.route(request.with(texts[nextRoute()]));
    }

    /** The compiled table, and the choice of instances. */
    @Benchmark
    public Selection<Map<String, String>> openSergoInstances() {
        return table.route(request.with(texts[nextRoute()])).select(instances, Function.identity());
    }

    /** Every message until one holds. */
    @Benchmark
    public @Nullable Route envoyScan() {
        return scan().route(request.with(texts[nextRoute()]));
    }

    /** Dubbo's own router, which chooses instances as well. */
    @Benchmark
    public BitList<Invoker<Object>> dubboMesh() {
        return mesh().route(nextRoute());
    }

    /** The floor. */
    @Benchmark
    public @Nullable Integer hashLookup() {
        return byText.get(request.with(texts[nextRoute()]).path());
    }
}
