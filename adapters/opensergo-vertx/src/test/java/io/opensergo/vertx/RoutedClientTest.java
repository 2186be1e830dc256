package io.opensergo.vertx;

import static io.opensergo.vertx.World.PATIENCE;
import static io.opensergo.vertx.World.get;
import static io.opensergo.vertx.World.prices;
import static io.opensergo.vertx.World.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.testsupport.Documents;
import io.opensergo.vertx.World.Reply;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.Address;
import io.vertx.core.net.AddressResolver;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.net.NoRouteToHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that is routed, to servers over sockets. */
class RoutedClientTest {

    private static final String CANARY =
            Documents.router(
                    "prices",
                    """
                    hosts: [prices]
                    http:
                      - name: testers
                        match:
                          - headers: {x-cohort: {exact: beta}}
                          - queryParams: {cohort: {exact: beta}}
                        route:
                          - destination: {host: prices, subset: v2, fallback: {host: prices, subset: v1}}
                      - name: everybody
                        route:
                          - destination: {host: prices, subset: v1}
                    """);

    private final World world = new World();

    @AfterEach
    void nothingBlockedAnEventLoop() {
        world.close();
        assertThat(BlockedEventLoops.take()).isEmpty();
    }

    @Nested
    class Routes {

        @ParameterizedTest
        @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
        void testersGoToTheCanaryAndAllOthersDoNot(HttpVersion version) {
            route(CANARY);
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(version), world.twoVersions("v1", "v1", "v2"));

            for (int i = 0; i < 10; i++) {
                assertThat(get(send(client, prices("/"), "")).body()).startsWith("v1");
                assertThat(get(send(client, prices("/").putHeader("x-cohort", "beta"), "")).body())
                        .startsWith("v2");
                assertThat(get(send(client, prices("/?a=b&cohort=b%65ta"), "")).body())
                        .startsWith("v2");
            }
        }

        @Test
        void instancesOfASubsetTakeTurns() {
            route(CANARY);
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            world.twoVersions("v1", "v1", "v1"));

            Map<String, Integer> counts = countBodies(client, 30, "/");

            assertThat(counts)
                    .hasSize(3)
                    .allSatisfy((server, count) -> assertThat(count).isEqualTo(10));
        }

        @Test
        void weightsAreKept() {
            route(
                    Documents.router(
                            "prices",
                            """
                            hosts: [prices]
                            http:
                              - route:
                                  - {destination: {host: prices, subset: v1}, weight: 90}
                                  - {destination: {host: prices, subset: v2}, weight: 10}
                            """));
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_2), world.twoVersions("v1", "v1", "v2"));

            Map<String, Integer> counts = countBodies(client, 1000, "/");

            int canary =
                    counts.entrySet().stream()
                            .filter(entry -> entry.getKey().startsWith("v2"))
                            .mapToInt(Map.Entry::getValue)
                            .sum();
            // Six standard deviations of a random choice; shares that are exact over a cycle are
            // closer.
            assertThat(canary).isBetween(43, 157);
            assertThat(counts).hasSize(3);
        }

        @Test
        void theFallbackServesWhenTheSubsetHasNoInstance() {
            route(CANARY);
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1), world.twoVersions("v1"));

            Reply reply = get(send(client, prices("/").putHeader("x-cohort", "beta"), ""));

            assertThat(reply.body()).startsWith("v1");
        }

        @Test
        void theFallbackMayBeAnotherService() {
            route(
                    Documents.router(
                            "prices",
                            """
                            hosts: [prices]
                            http:
                              - route: [{destination: {host: prices, subset: v2, fallback: {host: archive, subset: v0}}}]
                            """));
            ServiceInstance archive = world.instance("v0");
            ServiceInstance v1 = world.instance("v1");
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            world.later(
                                    Map.of("prices", List.of(v1), "archive", List.of(archive))));

            assertThat(get(send(client, prices("/"), "")).body()).startsWith("v0");
        }

        @Test
        void aRouteWithoutAnyInstanceFailsAndSaysWhichRoute() {
            route(
                    Documents.router(
                            "prices",
                            """
                            hosts: [prices]
                            http:
                              - name: only-v3
                                route: [{destination: {host: prices, subset: v3}}]
                            """));
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1), world.twoVersions("v1"));

            assertThatThrownBy(() -> get(send(client, prices("/"), "")))
                    .cause()
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessageContaining("prices/v3")
                    .hasMessageContaining("only-v3");
        }
    }

    @Nested
    class Lanes {

        @Test
        void aRequestWithoutAColourGoesToInstancesInNoLane() {
            ServiceInstance plain = world.instance("v1");
            ServiceInstance gray = world.instance("v2");
            ServiceInstance inLane =
                    new ServiceInstance(gray.address(), Map.of("version", "v2", "lane", "gray"));
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(Map.of("prices", List.of(plain, inLane))));

            assertThat(countBodies(client, 20, "/").keySet())
                    .singleElement()
                    .asString()
                    .startsWith("v1");
            assertThat(
                            get(send(
                                            client,
                                            prices("/").putHeader("x-opensergo-traffic", "gray"),
                                            ""))
                                    .body())
                    .startsWith("v2");
        }

        @Test
        void aColourTravelsFromServiceToServiceAndChoosesTheLane() {
            world.rules.replaceAll(
                    World.read(Documents.laneWithKey("beta", "{uri: {prefix: /beta}}", "x-lane")));
            List<String> seenByC = new CopyOnWriteArrayList<>();
            ServiceInstance c = laneInstance("c", null, seenByC, null);
            ServiceInstance cOfBeta = laneInstance("c-beta", "beta", seenByC, null);
            HttpClientAgent toC =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(Map.of("c", List.of(c, cOfBeta))));
            ServiceInstance b = laneInstance("b", null, new ArrayList<>(), toC);
            HttpClientAgent toB =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(Map.of("b", List.of(b))));
            Router a = world.router();
            a.route().handler(world.openSergo.serverHandler("a"));
            a.route()
                    .handler(
                            context ->
                                    toB.request(HttpMethod.GET, "b", "/")
                                            .compose(HttpClientRequest::send)
                                            .compose(HttpClientResponse::body)
                                            .onComplete(body -> context.end(body.result())));
            int port = world.serve(a);
            HttpClientAgent client = world.client(HttpVersion.HTTP_1_1);

            await().atMost(PATIENCE)
                    .until(() -> get(World.get(client, port, "/beta")).body().equals("b c-beta "));
            seenByC.clear();
            for (int i = 0; i < 4; i++) {
                assertThat(get(World.get(client, port, "/beta")).body()).isEqualTo("b c-beta ");
            }
            assertThat(seenByC).containsOnly("beta").hasSize(4);
            Map<String, Integer> plain = new TreeMap<>();
            for (int i = 0; i < 4; i++) {
                plain.merge(get(World.get(client, port, "/plain")).body(), 1, Integer::sum);
            }
            assertThat(plain).containsOnlyKeys("b c ");
        }

        /** Says its name and what the next service says, with the colour it was given. */
        private ServiceInstance laneInstance(
                String name, String lane, List<String> seen, HttpClientAgent next) {
            Router router = world.router();
            router.route().handler(world.openSergo.serverHandler(name));
            router.route()
                    .handler(
                            context -> {
                                String header = context.request().getHeader("x-lane");
                                if (header != null) {
                                    seen.add(header);
                                }
                                if (next == null) {
                                    context.end(name + " ");
                                    return;
                                }
                                next.request(HttpMethod.GET, "c", "/")
                                        .compose(HttpClientRequest::send)
                                        .compose(HttpClientResponse::body)
                                        .onComplete(
                                                body -> context.end(name + " " + body.result()));
                            });
            int port = world.serve(router);
            return ServiceInstance.of(
                    "localhost", port, lane == null ? Map.of() : Map.of("lane", lane));
        }
    }

    @Nested
    class CallsWithoutARule {

        @Test
        void withoutARuleAKnownServiceIsBalancedAndAnUnknownHostIsCalledAsItIs() {
            ServiceInstance plain = world.instance("plain");
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1), world.twoVersions("v1", "v2"));

            assertThat(countBodies(client, 10, "/")).hasSize(2);
            assertThat(get(World.get(client, plain.address().port(), "/")).body())
                    .startsWith("plain");
            assertThat(get(send(client, prices("/").setServer(plain.address()), "")).body())
                    .startsWith("plain");
        }

        @Test
        void aRequestWithoutAHostOfItsOwnIsNotRouted() {
            route(CANARY);
            ServiceInstance plain = world.instance("plain");
            HttpClientAgent defaults =
                    world.vertx.createHttpClient(
                            new HttpClientOptions()
                                    .setDefaultHost("localhost")
                                    .setDefaultPort(plain.address().port()));
            HttpClientAgent client = world.openSergo.client(defaults, world.twoVersions("v1"));

            assertThat(get(send(client, new RequestOptions().setURI("/"), "")).body())
                    .startsWith("plain");
            get(defaults.close());
        }

        @Test
        void theCallersOptionsAreNotChanged() {
            route(CANARY);
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1), world.twoVersions("v1"));
            RequestOptions options = prices("/").putHeader(TrafficLane.DEFAULT_BAGGAGE_KEY, "beta");

            get(send(client, options, ""));

            assertThat(options.getServer()).isNull();
            assertThat(options.getHeaders().names())
                    .containsExactly(TrafficLane.DEFAULT_BAGGAGE_KEY);
        }
    }

    @Nested
    class WhoKnowsTheInstances {

        @RepeatedTest(10)
        void aCallStaysOnItsContextWhoeverKnowsTheInstances() {
            ServiceInstance v1 = world.instance("v1");
            Context another = world.vertx.getOrCreateContext();
            InstanceResolver resolver =
                    service -> {
                        Promise<List<ServiceInstance>> promise = Promise.promise();
                        another.runOnContext(now -> promise.complete(List.of(v1)));
                        return promise.future();
                    };
            HttpClientAgent client =
                    world.openSergo.client(world.client(HttpVersion.HTTP_1_1), resolver);
            Promise<Boolean> sameContext = Promise.promise();
            Context caller = ((VertxInternal) world.vertx).createEventLoopContext();

            caller.runOnContext(
                    begin ->
                            client.request(prices("/"))
                                    .compose(HttpClientRequest::send)
                                    .compose(HttpClientResponse::body)
                                    .map(body -> caller.equals(Vertx.currentContext()))
                                    .onComplete(sameContext));

            assertThat(get(sameContext.future())).isTrue();
        }

        @Test
        void addressResolversOfVertxKnowServicesToo() {
            AtomicInteger asked = new AtomicInteger();
            ServiceInstance v1 = world.instance("v1");
            ServiceInstance v2 = world.instance("v2");
            AddressResolver<Named> resolver =
                    AddressResolver.mappingResolver(
                            named -> {
                                asked.incrementAndGet();
                                return named.name().equals("prices")
                                        ? List.of(v1.address(), v2.address())
                                        : List.of();
                            });
            Function<SocketAddress, Map<String, String>> labels =
                    address -> Map.of("version", address.equals(v2.address()) ? "v2" : "v1");
            route(CANARY);
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(world.vertx, resolver, Named::new, labels));

            for (int i = 0; i < 5; i++) {
                assertThat(get(send(client, prices("/"), "")).body()).startsWith("v1");
                assertThat(get(send(client, prices("/").putHeader("x-cohort", "beta"), "")).body())
                        .startsWith("v2");
            }
            assertThat(asked.get()).isPositive();
            assertThat(get(World.get(client, v1.address().port(), "/")).body()).startsWith("v1");
        }

        @Test
        void instancesThatGoAwayAreForgotten() {
            ServiceInstance v1 = world.instance("v1");
            ServiceInstance v2 = world.instance("v2");
            AtomicReference<List<SocketAddress>> known =
                    new AtomicReference<>(List.of(v1.address(), v2.address()));
            AddressResolver<Named> resolver = AddressResolver.mappingResolver(named -> known.get());
            HttpClientAgent client =
                    world.openSergo.client(
                            world.client(HttpVersion.HTTP_1_1),
                            InstanceResolver.of(
                                    world.vertx,
                                    resolver,
                                    host -> host.equals("prices") ? new Named(host) : null,
                                    address -> Map.of()));
            assertThat(countBodies(client, 4, "/")).hasSize(2);

            known.set(List.of(v2.address()));

            assertThat(countBodies(client, 4, "/")).hasSize(1);
            assertThat(get(World.get(client, v1.address().port(), "/")).body()).startsWith("v1");
        }
    }

    private void route(String router) {
        world.follow(plan -> plan.routers().contains("prices"), router);
    }

    private Map<String, Integer> countBodies(HttpClientAgent client, int requests, String uri) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < requests; i++) {
            counts.merge(get(send(client, prices(uri), "")).body(), 1, Integer::sum);
        }
        return counts;
    }

    /** An address of a service by its name. */
    private record Named(String name) implements Address {}
}
