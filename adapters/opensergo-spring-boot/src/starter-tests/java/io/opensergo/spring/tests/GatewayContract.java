package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.governance.TrafficDirection;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
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

    static void requestsAreColouredAndRouted(World world) {
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

        for (int i = 0; i < 4; i++) {
            assertThat(world.get("/gw/items/7", "x-cohort", "beta").body())
                    .isEqualTo("v2 colour null");
            assertThat(world.get("/gw/items/7", "x-user", "tester").body())
                    .isEqualTo("v1-beta colour beta");
            assertThat(world.get("/gw/items/7", "x-opensergo-traffic", "beta").body())
                    .isEqualTo("v1-beta colour beta");
            assertThat(world.get("/gw/items/7").body()).matches("v1-[ab] colour null");
        }
    }
}
