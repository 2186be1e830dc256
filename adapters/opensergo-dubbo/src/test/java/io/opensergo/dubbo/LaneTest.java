package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.traffic.TrafficLane;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.test.TestingServer;
import org.apache.dubbo.rpc.AsyncContext;
import org.apache.dubbo.rpc.RpcContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneTest {

    private static final String LANE =
            """
            apiVersion: traffic.opensergo.io/v1alpha1
            kind: TrafficLane
            metadata: {name: beta, labels: {app: %s}}
            spec:
              rules:
                traffic:
                  http:
                    headers: {x-cohort: {exact: beta}}
                lane: {name: beta}
            """;

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private final AtomicReference<Greeter> back = new AtomicReference<>();
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
    @CsvSource({"dubbo, front", "tri, front", "dubbo, middle", "tri, middle"})
    void aColourTravelsWithTheRequestAndPrefersItsLane(String protocol, String colouredBy)
            throws Exception {
        rules.put(Rules.read(LANE.formatted(colouredBy)));
        try (DubboApp base = app("back", Map.of());
                DubboApp beta = app("back", Map.of("lane", "beta"));
                DubboApp middle = app("middle", Map.of());
                DubboApp front = app("front", Map.of())) {
            base.provide(protocol, "back", new LocalGreeter("base")).start();
            beta.provide(protocol, "back", new LocalGreeter("beta")).start();
            middle.provide(protocol, "middle", new LocalGreeter("middle", this::relay)).start();
            back.set(middle.consume(2, "back").greeter());
            Greeter consumer = front.start().consume(1, "middle").greeter();
            DubboApp colouring = colouredBy.equals("front") ? front : middle;
            colouring.await(plan -> plan.versions().getOrDefault(TrafficLane.KIND.name(), 0L) > 0);

            for (String how : new String[] {"same thread", "async context", "callback"}) {
                for (int i = 0; i < 20; i++) {
                    RpcContext.getClientAttachment().setAttachment("x-cohort", "beta");
                    assertThat(consumer.relay(how)).as(how).isEqualTo("middle@beta > beta@beta");

                    assertThat(consumer.relay(how))
                            .as("the next request, on the same threads, %s", how)
                            .isEqualTo("middle > base");
                }
            }

            RpcContext.getClientAttachment().setAttachment("x-opensergo-traffic", "gold");
            assertThat(consumer.relay("same thread"))
                    .as("a lane without an instance")
                    .isEqualTo("middle@gold > base@gold");
        }
    }

    @Test
    void aColourWithAKeyOfItsOwnPassesAnApplicationWithoutTheRule() throws Exception {
        String key = LANE.formatted("front") + "    traceIdBaggage: x-lane\n";
        rules.put(Rules.read(key));
        try (DubboApp base = app("back", Map.of());
                DubboApp beta = app("back", Map.of("lane", "beta"));
                DubboApp middle = app("middle", Map.of());
                DubboApp front = app("front", Map.of())) {
            Greeter consumer = chain(base, beta, middle, front);
            front.await(plan -> plan.versions().getOrDefault(TrafficLane.KIND.name(), 0L) > 0);

            for (int i = 0; i < 20; i++) {
                RpcContext.getClientAttachment().setAttachment("x-cohort", "beta");
                assertThat(consumer.relay("same thread")).isEqualTo("middle@beta > beta@beta");
            }
        }
    }

    @Test
    void anEntryRefusesTheColourThatACallerComesWith() throws Exception {
        try (DubboApp base = app("back", Map.of());
                DubboApp beta = app("back", Map.of("lane", "beta"));
                DubboApp middle = app("middle", Map.of("opensergo.accept-colours", "false"));
                DubboApp front = app("front", Map.of())) {
            Greeter consumer = chain(base, beta, middle, front);

            for (int i = 0; i < 20; i++) {
                RpcContext.getClientAttachment().setAttachment("x-opensergo-traffic", "beta");
                assertThat(consumer.relay("same thread")).isEqualTo("middle > base");
            }
        }
    }

    @Test
    void callsWithoutAColourMayGoToLanesIfTheSettingSaysSo() throws Exception {
        try (DubboApp base = app("back", Map.of());
                DubboApp beta = app("back", Map.of("lane", "beta"));
                DubboApp middle = app("middle", Map.of("opensergo.prefer-baseline", "false"));
                DubboApp front = app("front", Map.of())) {
            Greeter consumer = chain(base, beta, middle, front);

            Map<String, Integer> counts =
                    RoutingTest.counts(100, () -> consumer.relay("same thread"));

            assertThat(counts).containsOnlyKeys("middle > base", "middle > beta");
        }
    }

    /** Starts a chain of calls from the front to two instances of the back. */
    private Greeter chain(DubboApp base, DubboApp beta, DubboApp middle, DubboApp front) {
        base.provide("dubbo", "back", new LocalGreeter("base")).start();
        beta.provide("dubbo", "back", new LocalGreeter("beta")).start();
        middle.provide("dubbo", "middle", new LocalGreeter("middle", this::relay)).start();
        back.set(middle.consume(2, "back").greeter());
        return front.start().consume(1, "middle").greeter();
    }

    /** Calls the service behind in one of the ways that Dubbo has for going on elsewhere. */
    private String relay(String how) {
        Greeter greeter = back.get();
        switch (how) {
            case "async context" -> {
                AsyncContext context = RpcContext.startAsync();
                ForkJoinPool.commonPool()
                        .execute(
                                () -> {
                                    context.signalContextSwitch();
                                    context.write(middle() + " > " + greeter.greet("you"));
                                    context.resetContext();
                                });
                return "not used";
            }
            case "callback" -> {
                AsyncContext context = RpcContext.startAsync();
                CompletableFuture<?> relayed =
                        greeter.greetLater("you")
                                .thenCompose(
                                        first -> {
                                            context.signalContextSwitch();
                                            String middle = middle();
                                            return greeter.greetLater("you")
                                                    .thenAccept(
                                                            second ->
                                                                    context.write(
                                                                            middle + " > "
                                                                                    + second))
                                                    .whenComplete(
                                                            (done, e) -> context.resetContext());
                                        });
                return "not used " + relayed;
            }
            default -> {
                return greeter.greet("you");
            }
        }
    }

    private static String middle() {
        String colour = RpcContext.getServerAttachment().getAttachment("x-opensergo-traffic");
        return "middle" + (colour == null ? "" : "@" + colour);
    }

    private DubboApp app(String name, Map<String, String> parameters) {
        var all = new HashMap<>(parameters);
        all.put("opensergo.endpoint", "localhost:" + controlPlane.port());
        return new DubboApp(
                name, DubboApp.zooKeeper(zooKeeper.getConnectString(), "interface"), all);
    }
}
