package io.opensergo.spring.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import feign.FeignException;
import feign.RetryableException;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.spring.tests.CloudApplication.Clients;
import io.opensergo.spring.tests.CloudApplication.Kind;
import io.opensergo.spring.tests.CloudApplication.PricesClient;
import io.opensergo.spring.tests.CloudApplication.SilentClient;
import io.opensergo.testsupport.Documents;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;
import reactor.core.publisher.Mono;

/** An application with the load balancer, OpenFeign and the gateway of MVC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class CloudContract {

    private static final String RATE = "RateLimitStrategy";
    private static final String CONCURRENCY = "ConcurrencyLimitStrategy";
    private static final String BREAKER = "CircuitBreakerStrategy";

    private static final String COHORTS =
            """
            hosts: [prices]
            http:
              - name: testers
                match: [{headers: {x-cohort: {exact: beta}}, uri: {prefix: /items}, method: {exact: GET}}]
                route: [{destination: {host: prices, subset: v2}}]
              - name: everybody
                route: [{destination: {host: prices, subset: v1}}]
            """;

    final Backends backends = new Backends();
    World world;
    Clients clients;

    /** Starts an application with these settings besides. */
    abstract World start(List<String> settings);

    @BeforeAll
    void startWorld() {
        List<String> settings = new ArrayList<>(backends.settings());
        settings.addAll(
                List.of(
                        "--spring.cloud.gateway.server.webmvc.enabled=true",
                        "--spring.autoconfigure.exclude=",
                        "--spring.cloud.openfeign.client.config.silent.read-timeout=200",
                        "--spring.cloud.openfeign.client.config.silent.connect-timeout=20000"));
        settings.addAll(GatewayContract.routes("--spring.cloud.gateway.server.webmvc.routes"));
        world = start(settings);
        clients = world.bean(Clients.class);
    }

    @AfterAll
    void stopWorld() {
        world.close();
        backends.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCallGoesToTheSubsetThatItsRequestAsksFor(Kind kind) {
        world.route("cohorts", Documents.router("cohorts", COHORTS));

        assertThat(callers(6, () -> clients.call(kind, "prices", "beta"))).containsOnlyKeys("v2");
        assertThat(callers(6, () -> clients.call(kind, "prices", "none")))
                .containsOnlyKeys("v1-a", "v1-b");
    }

    @Test
    void withoutARuleTheBalancerChoosesAmongAllThatAreInNoLane() {
        world.route("elsewhere", Documents.router("elsewhere", COHORTS.replace("prices", "none")));

        assertThat(callers(6, () -> clients.call(Kind.REST_CLIENT, "prices", null)))
                .isEqualTo(Map.of("v1-a", 2L, "v1-b", 2L, "v2", 2L));
    }

    @Test
    void weightsShareTheCalls() {
        world.route(
                "weights",
                Documents.router(
                        "weights",
                        """
                        hosts: [prices]
                        http:
                          - route:
                              - {destination: {host: prices, subset: v1}, weight: 75}
                              - {destination: {host: prices, subset: v2}, weight: 25}
                        """));

        assertThat(callers(100, () -> clients.call(Kind.REST_CLIENT, "prices", null)).get("v2"))
                .isBetween(22L, 28L);
    }

    @Test
    void anEmptySubsetFallsBackToAnotherAndToAnotherService() {
        world.route("empty", onlyTo("empty", "v9", "{host: prices, subset: v2}"));
        assertThat(clients.call(Kind.REST_CLIENT, "prices", null)).startsWith("v2");

        world.route("moved", onlyTo("moved", "v9", "{host: archive, subset: v0}"));
        assertThat(clients.call(Kind.WEB_CLIENT, "prices", null)).startsWith("archive");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aRetryGoesToAnotherInstanceOfTheSubset(Kind kind) {
        world.route(
                name("retried", kind),
                Documents.router(
                        name("retried", kind),
                        """
                        hosts: [prices]
                        http:
                          - route: [{destination: {host: prices, subset: v1}}]
                            retries: {attempts: 3, retryOn: 5xx}
                            headers: {request: {set: {x-failing: v1-a}}}
                        """));

        // few, since all clients of a service share its budget of retries
        assertThat(callers(2, () -> clients.call(kind, "prices", null))).containsOnlyKeys("v1-b");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCopyGoesToTheInstancesOfItsSubset(Kind kind) {
        world.route(
                name("mirrored", kind),
                Documents.router(
                        name("mirrored", kind),
                        """
                        hosts: [prices]
                        http:
                          - route: [{destination: {host: prices, port: {number: %d}}}]
                            mirror: {host: archive}
                        """
                                .formatted(backends.port("v1-b"))));
        backends.lastHosts().clear();

        assertThat(callers(4, () -> clients.call(kind, "prices", null))).containsOnlyKeys("v1-b");

        await().atMost(World.PATIENCE).until(() -> backends.lastHosts().containsKey("archive"));
        if (kind == Kind.WEB_CLIENT) { // on Netty; the client of the JDK names no other host
            assertThat(backends.lastHosts()).containsEntry("archive", "prices-shadow");
        }
    }

    @Test
    void aServiceWithoutInstancesFailsAsTheBalancerSaysIt() {
        world.route("nobody", onlyTo("nobody", "v9", "{host: prices, subset: v8}"));

        assertThatThrownBy(() -> clients.call(Kind.REST_CLIENT, "prices", null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("No instances available for prices");
        assertThatThrownBy(() -> clients.call(Kind.FEIGN, "prices", null))
                .isInstanceOf(FeignException.ServiceUnavailable.class);
    }

    @Test
    void aBalancerAndSuppliersOfTheApplicationStayInForce() {
        world.route("own", Documents.router("own", COHORTS.replace("prices", "own")));

        assertThat(callers(4, () -> clients.call(Kind.REST_CLIENT, "own", "none")))
                .containsOnlyKeys("own-b");
        assertThat(clients.call(Kind.REST_CLIENT, "own", "beta")).startsWith("own-c");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aColouredRequestIsServedInItsLaneAllTheWay(Kind kind) {
        world.route("anywhere", Documents.router("anywhere", COHORTS.replace("prices", "none")));

        for (int i = 0; i < 4; i++) {
            assertThat(world.get("/by/" + kind, "x-opensergo-traffic", "beta").body())
                    .isEqualTo("v1-beta colour beta");
        }
        assertThat(world.get("/by/" + kind, "x-opensergo-traffic", "unknown").body())
                .endsWith("colour unknown")
                .doesNotStartWith("v1-beta");
        assertThat(world.get("/by/" + kind).body()).endsWith("colour null");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCallIsNamedByItsServiceAndRefusedWithATypedException(Kind kind) {
        String resource = "GET:prices/items/{id}";
        String name = name("calls", kind);
        world.guard(
                resource, Documents.rateLimit(name, 1, 60), Documents.rule(resource, RATE, name));

        assertThat(clients.call(kind, "prices", null)).endsWith("colour null");
        assertThatThrownBy(() -> clients.call(kind, "prices", null))
                .isInstanceOf(RequestRejectedException.class);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aCallGivesItsPlaceBackWhenItsBodyHasBeenRead(Kind kind) {
        String resource = "GET:prices/items/{id}";
        world.guard(
                resource,
                Documents.concurrency("one", 1),
                Documents.rule(resource, CONCURRENCY, "one"));

        for (int i = 0; i < 3; i++) {
            assertThat(clients.call(kind, "prices", null)).endsWith("colour null");
            world.awaitInFlight(resource, 0);
        }
    }

    @Test
    void failedStatusesAndTimeOutsOfFeignOpenBreakers() {
        String failing = "GET:prices/failing/{id}";
        PricesClient prices = world.bean(PricesClient.class);
        world.guard(
                failing,
                Documents.breaker("feign-statuses", 2, "60s"),
                Documents.rule(failing, BREAKER, "feign-statuses"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> prices.failing("7"))
                    .isInstanceOf(FeignException.ServiceUnavailable.class);
        }
        assertThatThrownBy(() -> prices.failing("7")).isInstanceOf(RequestRejectedException.class);

        String silent = "GET:silent/silent";
        SilentClient client = world.bean(SilentClient.class);
        world.guard(
                silent,
                Documents.breaker("feign-time-outs", 2, "60s"),
                Documents.rule(silent, BREAKER, "feign-time-outs"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(client::call).isInstanceOf(RetryableException.class);
        }
        assertThatThrownBy(client::call).isInstanceOf(RequestRejectedException.class);
        world.awaitInFlight(silent, 0);
    }

    @Test
    @SuppressWarnings("rawtypes")
    void circuitBreakersAreGuardsOfTheirIds() {
        CircuitBreakerFactory factory = world.bean(CircuitBreakerFactory.class);
        world.guard(
                "stock",
                Documents.breaker("stock-breaker", 2, "60s"),
                Documents.rule("stock", BREAKER, "stock-breaker"));
        Function<Throwable, String> fallback = error -> error.getClass().getSimpleName();

        var breaker = factory.create("stock");
        assertThat(breaker.run(() -> "some", fallback)).isEqualTo("some");
        assertThat(breaker.run(CloudContract::fails, fallback)).isEqualTo("IllegalStateException");
        assertThat(breaker.run(() -> "some", fallback)).isEqualTo("RequestRejectedException");
        assertThat(world.governor().stats("stock", TrafficDirection.INBOUND).inFlight()).isZero();
    }

    @Test
    @SuppressWarnings("rawtypes")
    void reactiveCircuitBreakersAreGuardsOfTheirIds() {
        ReactiveCircuitBreakerFactory factory = world.bean(ReactiveCircuitBreakerFactory.class);
        world.guard(
                "stock-later",
                Documents.breaker("later-breaker", 2, "60s"),
                Documents.rule("stock-later", BREAKER, "later-breaker"));
        Function<Throwable, Mono<String>> fallback =
                error -> Mono.just(error.getClass().getSimpleName());

        var breaker = factory.create("stock-later");
        assertThat(breaker.run(Mono.just("some"), fallback).block()).isEqualTo("some");
        assertThat(breaker.run(Mono.fromCallable(CloudContract::fails), fallback).block())
                .isEqualTo("IllegalStateException");
        assertThat(breaker.run(Mono.just("some"), fallback).block())
                .isEqualTo("RequestRejectedException");
    }

    private static String fails() {
        throw new IllegalStateException("on purpose");
    }

    @Test
    void aRouteOfTheGatewayIsAResourceAndItsPatternToo() {
        GatewayContract.routesAndPatternsAreResources(world);
    }

    @Test
    void aRouteOfTheGatewayFailsWithWhatIsBehindIt() {
        GatewayContract.failuresOpenTheBreakerOfARoute(world);
    }

    @Test
    void theGatewayColoursAndChoosesInstances() {
        GatewayContract.requestsAreColouredAndRouted(world);
        for (int i = 0; i < 4; i++) {
            assertThat(world.get("/gw/items/7", "x-opensergo-traffic", "beta").body())
                    .isEqualTo("v1-beta colour beta");
        }
    }

    @Test
    void throttledRequestsOfARouteWaitForTheirTurn() {
        GatewayContract.throttledRequestsWait(world);
    }

    @Test
    void aThousandConcurrentRequestsOfARouteLeaveNothing() {
        GatewayContract.aThousandConcurrentRequestsLeaveNothing(world, backends);
    }

    @Test
    void callersOfARouteThatLeaveGiveTheirPlacesBack() throws Exception {
        GatewayContract.callersThatLeaveGiveTheirPlacesBack(world, backends);
    }

    private static String name(String of, Kind kind) {
        return of + "-" + kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String onlyTo(String name, String subset, String fallback) {
        return Documents.router(
                name,
                """
                hosts: [prices]
                http:
                  - route: [{destination: {host: prices, subset: %s, fallback: %s}}]
                """
                        .formatted(subset, fallback));
    }

    /** Returns how often each instance answered. */
    static Map<String, Long> callers(int calls, java.util.function.Supplier<String> call) {
        return IntStream.range(0, calls)
                .mapToObj(i -> call.get())
                .collect(
                        Collectors.groupingBy(
                                answer -> answer.substring(0, answer.indexOf(' ')),
                                Collectors.counting()));
    }

    static String body(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }
}
