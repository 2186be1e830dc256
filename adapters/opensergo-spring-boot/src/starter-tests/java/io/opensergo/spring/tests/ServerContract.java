package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.spring.tests.Application.Gate;
import io.opensergo.spring.tests.Application.Prices;
import io.opensergo.testsupport.Documents;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every kind of server keeps; one application for all tests of a kind. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ServerContract {

    private static final String RATE = "RateLimitStrategy";
    private static final String CONCURRENCY = "ConcurrencyLimitStrategy";
    private static final String BREAKER = "CircuitBreakerStrategy";

    World world;

    abstract World start();

    abstract boolean hearsOfCallersThatLeave();

    abstract List<String> heldPaths();

    @BeforeAll
    void startWorld() {
        world = start();
    }

    @AfterAll
    void stopWorld() {
        world.close();
    }

    @Test
    void aRequestIsNamedByItsPatternAndRefusedWithAProblem() {
        String resource = "GET:/orders/{id}";
        limit(resource, "orders", 2);

        assertThat(world.get("/orders/1").body()).isEqualTo("order 1");
        assertThat(world.get("/orders/2").statusCode()).isEqualTo(200);
        HttpResponse<String> refused = world.get("/orders/3");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0)).isBetween(1L, 60L);
        assertThat(refused.headers().firstValue("content-type").orElse(""))
                .startsWith("application/problem+json");
        assertThat(refused.body())
                .contains("\"status\":429", "\"instance\":\"/orders/3\"")
                .doesNotContain("orders-");
        assertThat(world.get("/nowhere").statusCode()).isEqualTo(404);
    }

    @Test
    void whatIsNotMappedAndTheActuatorAreNoResources() {
        publishLimits("GET:/**", "GET:/actuator/health", "GET:/nowhere");

        assertThat(world.statuses(2, "/nowhere")).containsOnly(404);
        assertThat(world.statuses(2, "/actuator/health")).containsOnly(200);
    }

    @Test
    void functionalEndpointsAreResources() {
        limit("GET:/functional/{id}", "functional", 1);

        assertThat(world.get("/functional/1").body()).isEqualTo("functional 1");
        assertThat(world.get("/functional/2").statusCode()).isEqualTo(429);
    }

    @Test
    void theFallbackOfTheRuleAnswers() {
        world.guard(
                "GET:/orders/{id}",
                Documents.rateLimit("none", 0, 60),
                Documents.fallback("busy", 503, "later", "{key: x-why, value: busy}"),
                Documents.ruleWithFallback("GET:/orders/{id}", RATE, "none", "busy"));

        HttpResponse<String> refused = world.get("/orders/1");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).isEqualTo("later");
        assertThat(refused.headers().firstValue("x-why")).contains("busy");
    }

    @Test
    void exceptionsThatNobodyHandlesOpenTheBreaker() {
        breaks("/failing");
    }

    @Test
    void exceptionsOfAsynchronousResultsOpenTheBreaker() {
        breaks("/failing-later");
    }

    void breaks(String path) {
        world.guard(
                "GET:" + path,
                Documents.breaker("breaks" + path.replace('/', '-'), 2, "60s"),
                Documents.rule("GET:" + path, BREAKER, "breaks" + path.replace('/', '-')));

        assertThat(world.statuses(2, path)).containsOnly(500);
        await().atMost(World.PATIENCE).until(() -> world.get(path).statusCode() == 429);
    }

    @Test
    void aThousandConcurrentRequestsNeverExceedALimitAndLeaveNothing() {
        String resource = "GET:/held";
        atMost(resource, 10);

        List<CompletableFuture<HttpResponse<String>>> requests =
                IntStream.range(0, 1_000).mapToObj(i -> world.getLater("/held")).toList();
        await().atMost(World.PATIENCE).until(() -> world.stats(resource).rejected() >= 990);

        assertThat(world.stats(resource).inFlight()).isEqualTo(10);
        world.bean(Gate.class).open();
        assertThat(requests.stream().map(each -> each.join().statusCode()))
                .filteredOn(status -> status == 200)
                .hasSize(10);
        world.awaitInFlight(resource, 0);
    }

    @Test
    void callersThatLeaveGiveTheirPlacesBack() throws Exception {
        String resource = "GET:/held";
        atMost(resource, 20);
        List<Socket> callers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            callers.add(world.connect("/held"));
        }
        world.awaitInFlight(resource, 20);

        for (Socket caller : callers) {
            caller.setSoLinger(true, 0);
            caller.close();
        }
        world.bean(Gate.class).open(); // a server that does not look notices when it writes

        world.awaitInFlight(resource, 0);
        assertThat(world.governor().guard(resource).explain().admitted()).isTrue();
    }

    @Test
    void aStreamKeepsItsPlaceUntilItsCallerLeaves() throws Exception {
        String resource = "GET:/events";
        atMost(resource, 1);

        try (Socket caller = world.connect("/events")) {
            assertThat(caller.getInputStream().read()).isPositive();
            assertThat(world.stats(resource).inFlight()).isEqualTo(1);
            assertThat(world.get("/events").statusCode()).isEqualTo(429);
        }

        world.awaitInFlight(resource, 0);
    }

    @Test
    void throttledRequestsWaitWithoutAThread() {
        String resource = "GET:/throttled";
        world.guard(
                resource,
                Documents.throttling("paced", "200ms", "30s"),
                Documents.rule(resource, "ThrottlingStrategy", "paced"));

        List<CompletableFuture<HttpResponse<String>>> waiting =
                IntStream.range(0, 20).mapToObj(i -> world.getLater("/throttled")).toList();
        await().atMost(World.PATIENCE).until(() -> world.stats(resource).passed() >= 20);
        assertThat(world.get("/orders/1").statusCode()).isEqualTo(200);
        assertThat(waiting).anyMatch(each -> !each.isDone());

        assertThat(waiting.stream().map(each -> each.join().body())).containsOnly("in turn");
        // on a slow machine some come when nobody is before them
        await().atMost(World.PATIENCE)
                .until(() -> timed("http.server.requests", "opensergo.decision", "waited") > 0);
        assertThat(world.stats(resource).waited()).isPositive();
    }

    @Test
    void throttledRequestsAreRefusedBeyondTheQueue() {
        String resource = "GET:/throttled";
        world.guard(
                resource,
                Documents.throttling("short", "60s", "1s"),
                Documents.rule(resource, "ThrottlingStrategy", "short"));

        assertThat(world.statuses(2, "/throttled")).containsExactly(200, 429);
    }

    @Test
    void callsCarryTheColourOfTheRequest() {
        publishLimits("GET:/nothing");

        assertThat(world.get("/by-web-client", "x-opensergo-traffic", "blue").body())
                .isEqualTo("colour blue");
        assertThat(world.get("/by-web-client", "baggage", "x-opensergo-traffic=green").body())
                .isEqualTo("colour green");
        assertThat(world.get("/by-web-client").body()).isEqualTo("colour null");
    }

    @Test
    void aForgedColourIsNoHeaderOfCalls() {
        publishLimits("GET:/nothing");
        String forged = "x-opensergo-traffic=red%0D%0AX-Opensergo-Traffic:%20blue";

        assertThat(world.get("/by-web-client", "baggage", forged).body()).isEqualTo("colour null");
        assertThat(world.get("/by-rest-client", "baggage", forged).body()).endsWith("colour null");
    }

    @Test
    void observationsOfRequestsTellWhatWasDecided() {
        limit("GET:/orders/{id}", "observed", 1);

        assertThat(world.statuses(2, "/orders/1")).containsExactly(200, 429);

        awaitTimer("http.server.requests", 1, "opensergo.strategy", "observed-limit");
        awaitTimer(
                "http.server.requests",
                1,
                "opensergo.decision",
                "refused",
                "opensergo.rule",
                "protects-observed-limit",
                "team",
                "orders");
        assertThat(timed("http.server.requests", "opensergo.decision", "admitted")).isPositive();
        world.get("/nowhere");
        await().atMost(World.PATIENCE)
                .until(() -> timed("http.server.requests", "opensergo.decision", "none") > 0);
    }

    @Test
    void observationsOfCallsTellWhatWasDecided() {
        limit("GET:localhost/echo/{id}", "observed-calls", 1);

        assertThat(world.get("/by-web-client").body()).isEqualTo("colour null");
        assertThat(world.get("/by-web-client").body()).isEqualTo("RequestRejectedException");

        awaitTimer("http.client.requests", 1, "opensergo.strategy", "observed-calls-limit");
        await().atMost(World.PATIENCE)
                .until(() -> timed("http.client.requests", "opensergo.decision", "admitted") > 0);
    }

    void awaitTimer(String name, long count, String... tags) {
        await().atMost(World.PATIENCE)
                .untilAsserted(() -> assertThat(timed(name, tags)).isEqualTo(count));
    }

    long timed(String name, String... tags) {
        return world.bean(MeterRegistry.class).find(name).tags(tags).timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    @Test
    void aRefusedCallIsATypedException() {
        limit("GET:localhost/echo/{id}", "calls", 2);

        assertThat(world.get("/by-web-client").body()).isEqualTo("colour null");
        assertThat(world.get("/by-rest-client").body()).endsWith(": colour null");
        assertThat(world.get("/by-rest-client").body()).endsWith(": RequestRejectedException");
        assertThat(world.get("/by-web-client").body()).isEqualTo("RequestRejectedException");
    }

    @Test
    void callsGiveTheirPlacesBackWhenTheirBodiesEnd() {
        String resource = "GET:localhost/echo/{id}";
        atMost(resource, 1);

        for (int i = 0; i < 3; i++) {
            assertThat(world.get("/by-web-client").body()).isEqualTo("colour null");
            world.awaitInFlight(resource, 0);
            assertThat(world.get("/by-rest-client").body()).endsWith(": colour null");
            world.awaitInFlight(resource, 0);
        }
    }

    @Test
    void methodsAreGuardedAndFallBack() {
        limit("prices", "prices", 1);

        assertThat(world.get("/prices/tea").body()).isEqualTo("price of tea");
        assertThat(world.get("/prices/tea").body()).isEqualTo("unknown by prices-limit");
    }

    @Test
    void methodsOfLaterResultsAreGuarded() {
        limit("prices-later", "later", 1);
        Prices prices = world.bean(Prices.class);
        assertThat(prices.later("tea").toCompletableFuture().join()).isEqualTo("price of tea");
        Assertions.assertThatThrownBy(() -> prices.later("tea").toCompletableFuture().join())
                .hasRootCauseInstanceOf(RequestRejectedException.class);

        limit("prices-mono", "mono", 1);
        assertThat(prices.mono("tea").block()).isEqualTo("price of tea");
        Assertions.assertThatThrownBy(() -> prices.mono("tea").block())
                .isInstanceOf(RequestRejectedException.class);
    }

    @Test
    void rulesOutliveTheControlPlaneAndChangeWhenItIsBack() {
        limit("GET:/orders/{id}", "before", 0);

        world.stopControlPlane();
        assertThat(world.get("/orders/1").statusCode()).isEqualTo(429);

        limitLater("GET:/functional/{id}", "after", 0);
        world.startControlPlane();
        await().atMost(World.PATIENCE).until(() -> world.get("/orders/1").statusCode() == 200);
        assertThat(world.get("/functional/1").statusCode()).isEqualTo(429);
    }

    @Test
    void theActuatorTellsOfResourcesAndHealth() {
        limit("GET:/orders/{id}", "told", 0);
        assertThat(world.get("/orders/1").statusCode()).isEqualTo(429);

        assertThat(world.get("/actuator/opensergo").body())
                .contains("\"GET:/orders/{id}\"", "\"rejected\":1", "told-limit", "READY");
        assertThat(world.get("/actuator/health").body())
                .contains("\"openSergo\"", "\"governed\":true");
        assertThat(world.get("/actuator/metrics").body()).contains("opensergo.");
    }

    @Test
    void theActuatorExplainsARequest() {
        world.publish(
                Documents.rateLimit("explained-limit", 0, 60),
                Documents.rule("GET:/orders/{id}", RATE, "explained-limit"),
                Documents.router(
                        "explained-routes",
                        """
                        hosts: [backend]
                        http:
                        - name: gray
                          match:
                          - headers: {x-env: {exact: gray}}
                          route:
                          - destination: {host: backend, subset: gray}
                        """));
        String request =
                """
                {"resource": "GET:/orders/{id}", "host": "backend", "path": "/orders/1",
                 "headers": "X-Env: blue\\nx-user: 7", "query": "page=1"}
                """;
        await().atMost(World.PATIENCE)
                .until(() -> explanation(request).contains("found \\\"blue\\\": no"));

        assertThat(explanation(request))
                .contains("\"admitted\":false", "\"rejectedBy\":\"explained-limit\"");
        assertThat(explanation(request.replace("blue", "gray"))).contains("\"found\":true");
        assertThat(explanation("{\"resource\": \"GET:/orders/{id}\", \"direction\": \"Outbound\"}"))
                .contains("\"rejectedBy\":\"explained-limit\"")
                .doesNotContain("\"route\"");
        assertThat(world.get("/actuator/opensergo").body()).contains("\"rejected\":0");
    }

    @Test
    void theActuatorRefusesToExplainNothing() {
        assertThat(statusOfExplaining("{}")).isEqualTo(400);
        assertThat(statusOfExplaining("{\"resource\": \"a\", \"direction\": \"up\"}"))
                .isEqualTo(400);
        assertThat(statusOfExplaining("{\"headers\": \"no colon\"}")).isEqualTo(400);
        assertThat(statusOfExplaining("{\"port\": \"many\"}")).isEqualTo(400);
        assertThat(statusOfExplaining("{\"query\": \"a=%zz\"}")).isEqualTo(400);
    }

    private int statusOfExplaining(String request) {
        return world.postJson("/actuator/opensergo", request).statusCode();
    }

    private String explanation(String request) {
        HttpResponse<String> answer = world.postJson("/actuator/opensergo", request);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    void atMost(String resource, int concurrency) {
        String name = "slots" + concurrency;
        world.guard(
                resource,
                Documents.concurrency(name, concurrency),
                Documents.rule(resource, CONCURRENCY, name));
        world.awaitInFlight(resource, 0);
    }

    void limit(String resource, String name, int perMinute) {
        world.guard(resource, limits(resource, name, perMinute));
    }

    private void limitLater(String resource, String name, int perMinute) {
        world.publish(limits(resource, name, perMinute));
    }

    private static String[] limits(String resource, String name, int perMinute) {
        return new String[] {
            Documents.rateLimit(name + "-limit", perMinute, 60),
            Documents.rule(resource, RATE, name + "-limit")
        };
    }

    /** Lets nothing pass of some resources. */
    private void publishLimits(String... resources) {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < resources.length; i++) {
            documents.add(Documents.rateLimit("zero" + i, 0, 60));
            documents.add(Documents.rule(resources[i], RATE, "zero" + i));
        }
        world.publish(documents.toArray(String[]::new));
        await().atMost(World.PATIENCE)
                .until(
                        () ->
                                world.governor()
                                        .plan()
                                        .resources()
                                        .equals(java.util.Set.of(resources)));
    }

    @Nested
    class Routes extends ServedRouteContract {

        @Override
        World world() {
            return world;
        }

        @Override
        boolean hearsOfCallersThatLeave() {
            return ServerContract.this.hearsOfCallersThatLeave();
        }

        @Override
        List<String> heldPaths() {
            return ServerContract.this.heldPaths();
        }
    }
}
