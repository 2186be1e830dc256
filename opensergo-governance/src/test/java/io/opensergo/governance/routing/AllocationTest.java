package io.opensergo.governance.routing;

import static io.opensergo.governance.routing.Routers.route;
import static io.opensergo.governance.routing.Routers.router;
import static io.opensergo.governance.routing.Routers.shadow;
import static io.opensergo.governance.routing.Routers.table;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.FaultInjection;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRetry;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.StringMatch;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Deciding allocates nothing. */
class AllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final int CALLS = 20_000;

    private static RouteTable everySort() {
        List<HttpRoute> routes = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            var headers = HttpMatch.builder().headers(Map.of("x", StringMatch.exact("h" + i)));
            var prefix =
                    HttpMatch.builder()
                            .uri(StringMatch.prefix("/p" + i + "/"))
                            .withoutHeaders(Map.of("y", StringMatch.present()));
            var ignoringCase =
                    HttpMatch.builder().uri(StringMatch.exact("/E" + i)).ignoreUriCase(true);
            var pieces =
                    HttpMatch.builder()
                            .queryParams(Map.of("q", StringMatch.regex(".*r" + i + "x.*end")));
            routes.add(
                    HttpRoute.builder()
                            .match(
                                    List.of(
                                            headers.build(),
                                            prefix.build(),
                                            ignoringCase.build(),
                                            pieces.build()))
                            .route(
                                    List.of(
                                            RouteDestination.of(Destination.of("a"), 3),
                                            RouteDestination.of(Destination.of("b"), 1)))
                            .build());
        }
        TrafficRouter shadow =
                TrafficRouter.ofHttp(shadow("s"), List.of("*"), List.of(route("shadow")));
        return table(
                shadow,
                router("names", List.of("pricing", "*.com"), routes.toArray(HttpRoute[]::new)),
                router(List.of(), route("late", HttpMatch.builder().port(7).build())));
    }

    private static List<RequestView> requests() {
        List<RequestView> requests = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            for (String host : new String[] {"pricing", "PRICING", "x.com", "none", null}) {
                requests.add(RequestView.builder().host(host).header("x", "h" + i).build());
                requests.add(RequestView.builder().host(host).path("/p" + i + "/x").build());
                requests.add(RequestView.builder().host(host).path("/e" + i).build());
                requests.add(RequestView.builder().host(host).query("q", "r" + i + "xend").build());
                requests.add(RequestView.builder().host(host).port(7).build());
            }
        }
        return requests;
    }

    /** Returns the least that many calls allocate; a try may be disturbed, not all of them. */
    private static long allocatedBy(Runnable call) {
        long thread = Thread.currentThread().getId();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 10 && least > 0; attempt++) {
            long before = THREADS.getThreadAllocatedBytes(thread);
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            least = Math.min(least, THREADS.getThreadAllocatedBytes(thread) - before);
        }
        return least;
    }

    @Test
    void ofARouteOfAnySortIsNothing() {
        RouteTable table = everySort();
        RequestView[] requests = requests().toArray(RequestView[]::new);
        int[] next = {0};
        int[] found = {0};

        long allocated =
                allocatedBy(
                        () -> {
                            RequestView request = requests[next[0]++ % requests.length];
                            if (table.route(request).isFound()) {
                                found[0]++;
                            }
                        });

        assertThat(found[0]).isGreaterThan(CALLS / 2);
        assertThat(allocated).isZero();
    }

    @Test
    void ofFaultsCopiesAndRequestsThatMayBeTriedAgainIsNothing() {
        HttpRoute route =
                route("r").toBuilder()
                        .retries(HttpRetry.builder().attempts(2).build())
                        .fault(
                                FaultInjection.builder()
                                        .delay(
                                                FaultInjection.Delay.builder()
                                                        .exponentialDelay(Duration.ofSeconds(1))
                                                        .ratio(0.5)
                                                        .build())
                                        .abort(
                                                FaultInjection.Abort.builder()
                                                        .httpStatus(503)
                                                        .ratio(0.5)
                                                        .build())
                                        .build())
                        .mirror(Destination.of("next"))
                        .mirrorRatio(0.5)
                        .build();
        RouteTable table = table(router("r", List.of("service"), route));
        RequestView request = RequestView.builder().host("service").build();

        assertThat(
                        allocatedBy(
                                () -> {
                                    RouteActions actions = table.route(request).actions();
                                    actions.retries().onRequest();
                                    actions.faults().nextAbort();
                                    assertTrue(actions.faults().nextDelayNanos() >= 0);
                                    actions.mirror().next();
                                }))
                .isZero();
    }

    @Test
    void ofATestForMembershipIsNothing() {
        Map<String, String> labels = Map.of("version", "v2", "zone", "a");
        InstanceGroup group =
                table(router(List.of(), route("v2"))).route(requests().get(0)).group();

        assertThat(allocatedBy(() -> assertTrue(group.contains(labels)))).isZero();
    }

    @Test
    void ofColouringIsNothing() {
        var rules =
                TrafficLane.Rules.builder()
                        .lane(TrafficLane.Lane.of("beta"))
                        .traffic(
                                TrafficLane.Traffic.builder()
                                        .http(
                                                TrafficLane.HttpTraffic.builder()
                                                        .headers(
                                                                Map.of(
                                                                        "x",
                                                                        StringMatch.exact("h1")))
                                                        .build())
                                        .build())
                        .build();
        Lanes lanes =
                Lanes.compile(
                        List.of(TrafficLane.builder(Routers.metadata("l")).rules(rules).build()),
                        WorkloadIdentity.unknown());
        RequestView coloured = RequestView.builder().header("x", "h1").build();
        RequestView incoming =
                RequestView.builder().header(TrafficLane.DEFAULT_BAGGAGE_KEY, "beta").build();

        assertThat(
                        allocatedBy(
                                () -> {
                                    assertTrue(lanes.colour(coloured) != null);
                                    assertTrue(lanes.colour(incoming) != null);
                                }))
                .isZero();
    }

    private static void assertTrue(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }
}
