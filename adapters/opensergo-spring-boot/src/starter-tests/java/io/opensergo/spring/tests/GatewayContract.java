package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.TrafficDirection;
import io.opensergo.testsupport.Documents;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** A gateway on WebFlux, and what it has in common with that on MVC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class GatewayContract {

    private static final String RATE = "RateLimitStrategy";

    private final Backends backends = new Backends();
    private World world;

    /** Starts a gateway with these settings besides. */
    abstract World start(List<String> settings);

    /** An application that is nothing but a gateway. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Gateway {}

    static List<String> routes(String prefix) {
        return List.of(
                "%s[0].id=catalogue".formatted(prefix),
                "%s[0].uri=lb://prices".formatted(prefix),
                "%s[0].predicates[0]=Path=/gw/**".formatted(prefix),
                "%s[0].filters[0]=StripPrefix=1".formatted(prefix));
    }

    @BeforeAll
    void startWorld() {
        List<String> settings = new ArrayList<>(backends.settings());
        settings.add("--spring.cloud.gateway.server.webflux.enabled=true");
        // the control plane is in this process, and with it the gRPC of others
        settings.add("--spring.cloud.gateway.server.webflux.filter.json-to-grpc.enabled=false");
        settings.addAll(routes("--spring.cloud.gateway.server.webflux.routes"));
        settings.add("--opensergo.lanes.accept-colours=false"); // others accept them
        world = start(settings);
    }

    @AfterAll
    void stopWorld() {
        world.close();
        backends.close();
    }

    @Test
    void aRouteIsAResourceAndItsPatternToo() {
        routesAndPatternsAreResources(world);
    }

    @Test
    void aRouteFailsWithWhatIsBehindIt() {
        failuresOpenTheBreakerOfARoute(world);
    }

    @Test
    void requestsAreColouredAndRouted() {
        requestsAreColouredAndRouted(world);
    }

    @Test
    void aColourFromOutsideGoesNoFurtherWhereItIsNotAccepted() {
        routeToLanes(world);

        for (int i = 0; i < 4; i++) {
            assertThat(world.get("/gw/items/7", "x-opensergo-traffic", "beta").body())
                    .matches("v1-[ab] colour null");
            assertThat(world.get("/gw/items/7", "baggage", "a=1,x-opensergo-traffic=beta").body())
                    .matches("v1-[ab] colour null");
            assertThat(
                            world.get(
                                            "/gw/items/7",
                                            "x-opensergo-traffic",
                                            "forged",
                                            "x-user",
                                            "tester")
                                    .body())
                    .isEqualTo("v1-beta colour beta");
        }
    }

    @Test
    void throttledRequestsOfARouteWaitForTheirTurn() {
        throttledRequestsWait(world);
    }

    @Test
    void aThousandConcurrentRequestsLeaveNothing() {
        aThousandConcurrentRequestsLeaveNothing(world, backends);
    }

    @Test
    void callersThatLeaveGiveTheirPlacesBack() throws Exception {
        callersThatLeaveGiveTheirPlacesBack(world, backends);
    }

    static void routesAndPatternsAreResources(World world) {
        world.guard(
                "catalogue",
                Documents.rateLimit("by-route", 1, 60),
                Documents.rule("catalogue", RATE, "by-route"));
        assertThat(world.get("/gw/items/7").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = world.get("/gw/items/7");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.body()).contains("\"instance\":\"/gw/items/7\"");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();

        world.guard(
                "GET:/gw/**",
                Documents.rateLimit("by-pattern", 1, 60),
                Documents.rule("GET:/gw/**", RATE, "by-pattern"));
        assertThat(world.statuses(2, "/gw/items/7")).containsExactly(200, 429);
    }

    static void failuresOpenTheBreakerOfARoute(World world) {
        world.guard(
                "catalogue",
                Documents.breaker("route-breaker", 2, "60s"),
                Documents.rule("catalogue", "CircuitBreakerStrategy", "route-breaker"));

        assertThat(world.statuses(2, "/gw/failing/7")).containsOnly(503);
        await().atMost(World.PATIENCE).until(() -> world.get("/gw/items/7").statusCode() == 429);
        await().atMost(World.PATIENCE)
                .until(
                        () ->
                                world.governor()
                                                .stats("catalogue", TrafficDirection.INBOUND)
                                                .inFlight()
                                        == 0);
    }

    static void throttledRequestsWait(World world) {
        world.guard(
                "catalogue",
                Documents.throttling("paced-route", "50ms", "30s"),
                Documents.rule("catalogue", "ThrottlingStrategy", "paced-route"));

        List<CompletableFuture<HttpResponse<String>>> waiting =
                IntStream.range(0, 10).mapToObj(i -> world.getLater("/gw/items/7")).toList();
        assertThat(waiting.stream().map(each -> each.join().statusCode())).containsOnly(200);
        assertThat(world.stats("catalogue").waited()).isPositive();

        world.guard(
                "catalogue",
                Documents.throttling("full-route", "60s", "1s"),
                Documents.rule("catalogue", "ThrottlingStrategy", "full-route"));
        assertThat(world.statuses(2, "/gw/items/7")).containsExactly(200, 429);
        world.awaitInFlight("catalogue", 0);
    }

    static void aThousandConcurrentRequestsLeaveNothing(World world, Backends backends) {
        atMost(world, 4);

        List<CompletableFuture<HttpResponse<String>>> requests =
                IntStream.range(0, 1_000).mapToObj(i -> world.getLater("/gw/held")).toList();
        await().atMost(World.PATIENCE).until(() -> world.stats("catalogue").rejected() >= 996);

        assertThat(world.stats("catalogue").inFlight()).isEqualTo(4);
        backends.release();
        assertThat(requests.stream().map(each -> each.join().statusCode()))
                .filteredOn(status -> status == 200)
                .hasSize(4);
        world.awaitInFlight("catalogue", 0);
    }

    static void callersThatLeaveGiveTheirPlacesBack(World world, Backends backends)
            throws IOException {
        atMost(world, 4);
        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(world.connect("/gw/held"));
        }
        world.awaitInFlight("catalogue", 4);

        for (Socket caller : callers) {
            caller.setSoLinger(true, 0);
            caller.close();
        }
        backends.release(); // a server that does not look notices when it writes

        world.awaitInFlight("catalogue", 0);
        assertThat(world.get("/gw/items/7").statusCode()).isEqualTo(200);
    }

    private static void atMost(World world, int concurrency) {
        String name = "route-slots" + concurrency;
        world.guard(
                "catalogue",
                Documents.concurrency(name, concurrency),
                Documents.rule("catalogue", "ConcurrencyLimitStrategy", name));
        world.awaitInFlight("catalogue", 0);
    }

    private static void routeToLanes(World world) {
        world.route(
                "behind",
                Documents.lane("beta", "{headers: {x-user: {exact: tester}}}"),
                Documents.router(
                        "behind",
                        """
                        hosts: [prices]
                        http:
                          - match: [{headers: {x-cohort: {exact: beta}}}]
                            route: [{destination: {host: prices, subset: v2}}]
                          - route: [{destination: {host: prices, subset: v1}}]
                        """));
    }

    static void requestsAreColouredAndRouted(World world) {
        routeToLanes(world);
        for (int i = 0; i < 4; i++) {
            assertThat(world.get("/gw/items/7", "x-cohort", "beta").body())
                    .isEqualTo("v2 colour null");
            assertThat(world.get("/gw/items/7", "x-user", "tester").body())
                    .isEqualTo("v1-beta colour beta");
            assertThat(world.get("/gw/items/7").body()).matches("v1-[ab] colour null");
        }
    }
}
