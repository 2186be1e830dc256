package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.curator.test.TestingServer;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.rpc.RpcException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutingTest {

    private static final String GREETER = Greeter.class.getName();

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;
    private TestingServer zooKeeper;

    @BeforeEach
    void start() throws Exception {
        controlPlane = ControlPlane.builder().port(0).source(rules).start();
        zooKeeper = new TestingServer(true);
    }

    @AfterEach
    void stop() throws Exception {
        controlPlane.close();
        zooKeeper.close();
    }

    @ParameterizedTest
    @CsvSource({"dubbo, interface", "dubbo, instance", "tri, interface", "tri, instance"})
    void routesToProvidersByWhatTheySayOfThemselves(String protocol, String registration)
            throws Exception {
        try (DubboApp first = provider("v1", protocol, registration);
                DubboApp second = provider("v2", protocol, registration);
                DubboApp caller = new DubboApp("caller", registry(registration), settings())) {
            DubboApp.Consumer consumer = caller.start().consume(2);

            assertThat(counts(40, () -> consumer.greeter().greet("you")))
                    .as("without a rule, Dubbo's own load balancing")
                    .containsOnlyKeys("v1", "v2");

            rules.put(Rules.read(ROUTER));
            caller.await(plan -> plan.routers().contains("greeter"));

            assertThat(counts(20, () -> consumer.greet("x-cohort", "beta")))
                    .as("by attachment")
                    .containsOnlyKeys("v2");
            assertThat(counts(20, () -> consumer.greeter().greet("stable")))
                    .as("by argument")
                    .containsOnlyKeys("v1");
            Map<String, Integer> everybody = counts(1000, () -> consumer.greeter().greet("you"));
            assertThat(everybody.get("v2")).as("10 of 100").isBetween(60, 140);

            rules.put(Rules.read(ROUTER.replace("exact: beta", "exact: gamma")));
            awaitRouted(consumer, "x-cohort", "gamma", "v2");

            second.withdraw();
            consumer.awaitProviders(1);

            awaitRouted(consumer, "x-cohort", "gamma", "v1");
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 200; i++) {
                                    consumer.greeter().greet("you");
                                }
                            })
                    .as("a destination without instance and fallback")
                    .isInstanceOf(RpcException.class)
                    .hasMessageContaining("No provider available");

            rules.replaceAll(List.of());
            caller.await(plan -> plan.routers().isEmpty());

            assertThat(counts(20, () -> consumer.greeter().greet("you"))).containsOnlyKeys("v1");
        }
    }

    @Tag("one-version")
    @ParameterizedTest
    @CsvSource({"dubbo, interface", "tri, instance"})
    void copiesGoToTheProvidersThatTheRuleNames(String protocol, String registration)
            throws Exception {
        var first = new LocalGreeter("v1");
        var second = new LocalGreeter("v2");
        try (DubboApp one = provider(first, "v1", protocol, registration);
                DubboApp other = provider(second, "v2", protocol, registration);
                DubboApp caller = new DubboApp("caller", registry(registration), settings())) {
            DubboApp.Consumer consumer = caller.start().consume(2);
            rules.put(Rules.read(MIRROR));
            caller.await(plan -> plan.routers().contains("mirrored"));

            Map<String, Integer> answers = counts(50, () -> consumer.greeter().greet("you"));

            assertThat(answers).containsOnlyKeys("v1");
            await().atMost(DubboApp.PATIENCE).until(() -> second.copies.get() == 50);
            await().atMost(DubboApp.PATIENCE)
                    .until(() -> caller.governance().mirrors().underWay() == 0);
            assertThat(first.copies).hasValue(0);
        }
    }

    /**
     * Two applications serve the same interface in two groups and versions, and say of each service
     * which subset it is.
     */
    @Tag("one-version")
    @ParameterizedTest
    @CsvSource({"dubbo, instance", "tri, instance", "dubbo, all", "dubbo, interface"})
    void labelsOfAServiceAreThoseOfTheGroupAndVersionThatIsReferredTo(
            String protocol, String registration) throws Exception {
        try (DubboApp first = twoServices("first", "v1", "v2", protocol, registration);
                DubboApp second = twoServices("second", "v2", "v1", protocol, registration);
                DubboApp caller = new DubboApp("caller", registry(registration), settings())) {
            caller.start();
            DubboApp.Consumer east = caller.consume(2, "east", "1.0");
            DubboApp.Consumer west = caller.consume(2, "west", "2.0");

            rules.put(Rules.read(ROUTER));
            caller.await(plan -> plan.routers().contains("greeter"));

            for (int i = 0; i < 5; i++) { // in turn: neither must take the other's place
                awaitRouted(east, "x-cohort", "beta", "second-east");
                awaitRouted(west, "x-cohort", "beta", "first-west");
            }
            assertThat(counts(20, () -> east.greeter().greet("stable")))
                    .containsOnlyKeys("first-east");
            assertThat(counts(20, () -> west.greeter().greet("stable")))
                    .containsOnlyKeys("second-west");
        }
    }

    /** Dubbo leads the calls of all references to the router of the last one. */
    @Tag("one-version")
    @ParameterizedTest
    @CsvSource({"interface", "instance"})
    void routesEachInterfaceByItsOwnRules(String registration) throws Exception {
        try (DubboApp first = twoInterfaces("v1", registration);
                DubboApp second = twoInterfaces("v2", registration);
                DubboApp caller = new DubboApp("caller", registry(registration), settings())) {
            DubboApp.Consumer greeter = caller.start().consume(2);
            Teller teller = caller.consumeTeller();

            rules.put(Rules.read(ROUTER));
            caller.await(plan -> plan.routers().contains("greeter"));

            awaitRouted(greeter, "x-cohort", "beta", "v2");
            await().atMost(DubboApp.PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(
                            () ->
                                    assertThat(counts(40, teller::tell))
                                            .containsOnlyKeys("v1", "v2"));
            awaitRouted(greeter, "x-cohort", "beta", "v2");
        }
    }

    private DubboApp twoInterfaces(String subset, String registration) {
        Map<String, String> parameters = new HashMap<>(settings());
        parameters.put("subset", subset);
        return new DubboApp("greeter-" + subset, registry(registration), parameters)
                .provide("dubbo", new LocalGreeter(subset))
                .provideAlso(() -> subset)
                .start();
    }

    private DubboApp twoServices(
            String name, String east, String west, String protocol, String registration) {
        return new DubboApp(name, registry(registration), settings())
                .open(protocol)
                .provideAlso(
                        "east", "1.0", Map.of("subset", east), new LocalGreeter(name + "-east"))
                .provideAlso(
                        "west", "2.0", Map.of("subset", west), new LocalGreeter(name + "-west"))
                .start();
    }

    /** Dubbo takes a moment to trust a connection again when its neighbour has gone. */
    private static void awaitRouted(
            DubboApp.Consumer consumer, String attachment, String value, String name) {
        await().atMost(DubboApp.PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(counts(20, () -> consumer.greet(attachment, value)))
                                        .containsOnlyKeys(name));
    }

    private RegistryConfig registry(String mode) {
        return DubboApp.zooKeeper(zooKeeper.getConnectString(), mode);
    }

    private Map<String, String> settings() {
        // A parameter of the consumer, behind which a URL hides the provider's own.
        return Map.of("opensergo.endpoint", "localhost:" + controlPlane.port(), "subset", "nobody");
    }

    private DubboApp provider(String subset, String protocol, String registration) {
        return provider(new LocalGreeter(subset), subset, protocol, registration);
    }

    private DubboApp provider(
            LocalGreeter greeter, String subset, String protocol, String registration) {
        Map<String, String> parameters = new HashMap<>(settings());
        parameters.put("subset", subset);
        return new DubboApp("greeter-" + subset, registry(registration), parameters)
                .provide(protocol, greeter)
                .start();
    }

    static Map<String, Integer> counts(int calls, Supplier<String> call) {
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < calls; i++) {
            counts.merge(call.get(), 1, Integer::sum);
        }
        return counts;
    }

    private static final String ROUTER =
            """
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficRouter
            metadata: {name: greeter, labels: {app: caller}}
            spec:
              hosts: [%1$s]
              http:
                - name: testers
                  match:
                    - headers: {x-cohort: {exact: beta}}
                  route:
                    - destination:
                        host: %1$s
                        subset: v2
                        fallback: {host: %1$s, subset: v1}
                - name: cautious
                  match:
                    - method: {exact: greet}
                      headers: {"arguments[0]": {exact: stable}}
                  route:
                    - destination: {host: %1$s, subset: v1}
                - name: everybody
                  route:
                    - destination: {host: %1$s, subset: v1}
                      weight: 90
                    - destination: {host: %1$s, subset: v2}
                      weight: 10
            """
                    .formatted(GREETER);

    private static final String MIRROR =
            """
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficRouter
            metadata: {name: mirrored, labels: {app: caller}}
            spec:
              hosts: [%1$s]
              http:
                - route: [{destination: {host: %1$s, subset: v1}}]
                  mirror: {host: %1$s, subset: v2}
            """
                    .formatted(GREETER);
}
