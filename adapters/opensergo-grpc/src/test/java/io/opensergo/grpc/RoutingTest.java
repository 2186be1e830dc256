package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static io.opensergo.grpc.World.failure;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.opensergo.testsupport.Documents;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Calls of a channel that rules route, to servers over sockets. */
class RoutingTest {

    private static final String CANARY =
            Documents.router(
                    "prices",
                    """
                    hosts: [prices]
                    http:
                      - name: testers
                        match:
                          - headers: {x-cohort: {exact: beta}}
                          - uri: {exact: /shop.Prices/Watch}
                        route:
                          - destination: {host: prices, subset: v2, fallback: {host: prices, subset: v1}}
                      - name: everybody
                        route:
                          - destination: {host: prices, subset: v1}
                    """);

    private final Registry registry = new Registry();
    private final World world = new World(registry);
    private ServiceInstance first;
    private ServiceInstance second;
    private ServiceInstance canary;
    private ManagedChannel channel;

    @BeforeEach
    void startThreeInstances() {
        first = instance("first", Map.of("version", "v1"));
        second = instance("second", Map.of("version", "v1"));
        canary = instance("canary", Map.of("version", "v2"));
        registry.set("prices", first, second, canary);
        channel = world.routedChannel("prices");
    }

    @AfterEach
    void close() {
        world.close();
        await().atMost(PATIENCE).until(() -> registry.followers.get() == 0);
    }

    @Test
    void withoutRulesAllInstancesTakeTurns() {
        awaitAll("first", "second", "canary");

        assertThat(count(channel, 30)).isEqualTo(Map.of("first", 10, "second", 10, "canary", 10));
    }

    @Test
    void aRouteChoosesByMetadataThatIsAddedLast() {
        world.rules(CANARY);

        for (int i = 0; i < 10; i++) {
            assertThat(get(with("x-cohort", "beta"), "")).isEqualTo("canary");
            assertThat(get(channel, "")).isIn("first", "second");
        }
    }

    @Test
    void aRouteChoosesByTheMethodThatIsCalled() {
        world.rules(CANARY.replace("uri: {exact: /shop.Prices/Watch}", "method: {exact: Get}"));

        assertThat(get(channel, "")).isEqualTo("canary");
    }

    @Test
    void instancesOfASubsetTakeTurns() {
        world.rules(CANARY);
        awaitAll("first", "second");

        assertThat(count(channel, 20)).isEqualTo(Map.of("first", 10, "second", 10));
    }

    @Test
    void aPortChoosesAmongTheInstancesThatListenThere() {
        String route =
                """
                hosts: [prices]
                http: [{route: [{destination: {host: prices, port: {number: %d}}}]}]
                """;
        int port = ((InetSocketAddress) second.address()).getPort();
        world.rules(Documents.router("prices", route.formatted(port)));

        assertThat(count(channel, 10)).isEqualTo(Map.of("second", 10));

        world.rules(Documents.router("nowhere", route.formatted(1)));
        assertThat(failure(channel, "").getStatus().getDescription()).contains("no instance of");
    }

    @Test
    void weightsCountCalls() {
        world.rules(
                Documents.router(
                        "prices",
                        """
                        hosts: [prices]
                        http:
                          - route:
                              - {destination: {host: prices, subset: v1}, weight: 90}
                              - {destination: {host: prices, subset: v2}, weight: 10}
                        """));

        // The balancers come with the first calls, which are picked for several times.
        assertThat(count(channel, 1000).get("canary")).isBetween(90, 110);
    }

    @Test
    void theFallbackServesWhenTheSubsetHasNoInstance() {
        world.rules(CANARY);
        registry.set("prices", first);

        assertThat(get(with("x-cohort", "beta"), "")).isEqualTo("first");
    }

    @Test
    void theFallbackMayBeAnotherService() {
        world.rules(
                Documents.router(
                        "prices",
                        """
                        hosts: [prices]
                        http:
                          - route: [{destination: {host: prices, subset: v9, fallback: {host: archive}}}]
                        """));
        Future<String> waits =
                ClientCalls.futureUnaryCall(channel.newCall(Prices.GET, World.withDeadline()), "");

        registry.set("archive", instance("archive", Map.of()));

        assertThat(waits).succeedsWithin(PATIENCE).isEqualTo("archive");
        assertThat(get(channel, "")).isEqualTo("archive");
    }

    @Test
    void aRouteWithoutAnyInstanceIsUnavailableAndSaysWhichRoute() {
        world.rules(
                Documents.router(
                        "prices",
                        """
                        hosts: [prices]
                        http:
                          - name: only-v3
                            route: [{destination: {host: prices, subset: v3}}]
                        """));

        Status status = failure(channel, "").getStatus();

        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).contains("prices/v3").contains("only-v3");
    }

    @Test
    void aCallThatWaitsForReadyGoesOnByTheNextRules() {
        world.rules(CANARY.replace("subset: v1", "subset: v3"));
        Future<String> waits =
                ClientCalls.futureUnaryCall(
                        channel.newCall(Prices.GET, World.withDeadline().withWaitForReady()), "");
        assertThat(failure(channel, "").getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(waits).isNotDone();

        world.rules(CANARY);

        assertThat(waits).succeedsWithin(PATIENCE);
    }

    @Test
    void anEditOfTheRulesIsInForceForTheNextCall() {
        for (int i = 0; i < 20; i++) {
            String subset = i % 2 == 0 ? "v1" : "v2";
            world.rules(
                    CANARY.replace(
                            "host: prices, subset: v1}", "host: prices, subset: " + subset + "}"));

            assertThat(get(channel, ""))
                    .isIn(i % 2 == 0 ? List.of("first", "second") : List.of("canary"));
        }
    }

    @Test
    void instancesComeAndGo() {
        world.rules(CANARY);
        assertThat(get(with("x-cohort", "beta"), "")).isEqualTo("canary");

        registry.set("prices", first, instance("newer", Map.of("version", "v2")));

        await().atMost(PATIENCE).until(() -> get(with("x-cohort", "beta"), "").equals("newer"));
        assertThat(get(channel, "")).isEqualTo("first");
        assertThat(get(with("x-cohort", "beta"), "")).isEqualTo("newer");
    }

    @Test
    void aServiceWithoutInstancesIsUnavailableUntilThereAreSome() {
        registry.set("prices");
        await().atMost(PATIENCE).until(() -> code(channel) == Status.Code.UNAVAILABLE);

        registry.set("prices", first);

        await().atMost(PATIENCE).until(() -> code(channel) == Status.Code.OK);
    }

    @Test
    void aColourPrefersItsLaneAndNoColourTheBaseline() {
        ServiceInstance gray =
                new ServiceInstance(canary.address(), Map.of("version", "v2", "lane", "gray"));
        registry.set("prices", first, gray);

        assertThat(count(channel, 10)).isEqualTo(Map.of("first", 10));
        assertThat(count(with("x-opensergo-traffic", "gray"), 10))
                .isEqualTo(Map.of("canary gray", 10));
        assertThat(count(with("x-opensergo-traffic", "blue"), 10))
                .isEqualTo(Map.of("first blue", 10));
    }

    @Test
    void thePolicyWithinASubsetIsTheApplications() {
        world.rules(CANARY);
        ManagedChannel pickFirst =
                world.open(
                        world.openSergo
                                .govern(
                                        ManagedChannelBuilder.forTarget(
                                                world.openSergo.target("prices")))
                                .defaultServiceConfig(
                                        config(Map.of("childPolicy", policy("pick_first")))));

        assertThat(count(pickFirst, 20)).hasSize(1).doesNotContainKey("canary");
    }

    @Test
    void aPolicyThatNobodyKnowsIsAnErrorThatNamesIt() {
        assertThat(
                        new OpenSergoLoadBalancerProvider()
                                .parseLoadBalancingPolicyConfig(
                                        Map.of("childPolicy", policy("round_robbin")))
                                .getError()
                                .getDescription())
                .contains("opensergo.childPolicy")
                .contains("round_robbin");
        assertThat(
                        new OpenSergoLoadBalancerProvider()
                                .parseLoadBalancingPolicyConfig(Map.of("childPolicy", "none"))
                                .getError()
                                .getDescription())
                .contains("must be a list");
    }

    @Test
    void addressesWithoutLabelsAreNotRouted() {
        world.rules(
                CANARY.replace("[prices]", "[localhost]"),
                Documents.rateLimit("limit", 1, 600),
                Documents.rule("shop.Prices", "RateLimitStrategy", "limit"));
        int port = world.freeServer(new Prices("alone").definition());
        Channel byAddress = world.governedChannel(port);

        assertThat(get(byAddress, "")).isEqualTo("alone");
        assertThat(failure(byAddress, "").getStatus().getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aResolverThatFailsFailsCallsUntilItAnswers() {
        var failing = new World(service -> Flux.error(new IllegalStateException("no registry")));
        try (failing) {
            StatusRuntimeException refused = failure(failing.routedChannel("prices"), "");

            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(refused.getStatus().getDescription()).contains("'prices'");
        }
    }

    @Test
    void aTargetNeedsAResolver() {
        try (World none = new World()) {
            assertThatThrownBy(() -> none.openSergo.target("prices"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("instances");
        }
        assertThatThrownBy(() -> world.routedChannel("")).hasMessageContaining("names no service");
    }

    @Test
    void callsAreNotLostWhileRulesAndInstancesChange() throws Exception {
        List<Future<String>> calls = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            if (i % 50 == 0) {
                world.rules(i % 100 == 0 ? new String[] {CANARY} : new String[0]);
            }
            if (i % 70 == 0) {
                registry.set("prices", i % 140 == 0 ? first : second, canary);
            }
            calls.add(
                    ClientCalls.futureUnaryCall(
                            with("x-cohort", i % 3 == 0 ? "beta" : "other")
                                    .newCall(Prices.GET, World.withDeadline().withWaitForReady()),
                            ""));
        }

        for (Future<String> call : calls) {
            assertThat(Replies.code(call)).isEqualTo(Status.Code.OK);
        }
    }

    private ServiceInstance instance(String name, Map<String, String> labels) {
        int port = world.governedServer(new Prices(name).definition());
        return ServiceInstance.of("127.0.0.1", port, labels);
    }

    private Channel with(String header, String value) {
        var headers = new Metadata();
        headers.put(Headers.key(header), value);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Map<String, ?> config(Map<String, ?> policy) {
        return Map.of("loadBalancingConfig", List.of(Map.of("opensergo", policy)));
    }

    private static List<Map<String, ?>> policy(String name) {
        return List.of(Map.of(name, Map.of()));
    }

    private static Status.Code code(Channel channel) {
        try {
            get(channel, "");
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    /** Calls until all of these are connected: round_robin uses those that are. */
    private void awaitAll(String... names) {
        await().atMost(PATIENCE)
                .until(() -> count(channel, 2 * names.length).keySet().containsAll(List.of(names)));
    }

    private static Map<String, Integer> count(Channel channel, int calls) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < calls; i++) {
            counts.merge(get(channel, ""), 1, Integer::sum);
        }
        return counts;
    }
}
