package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static io.opensergo.grpc.World.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Attributes;
import io.grpc.Channel;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerTransportFilter;
import io.opensergo.testsupport.Documents;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The connections of subsets, which are there as long as calls use them. */
class SubsetsInUseTest {

    private static final String BY_COHORT =
            Documents.router(
                    "prices",
                    """
                    hosts: [prices]
                    http:
                      - match: [{method: {exact: Get}}]
                        route: [{destination: {host: prices, subset: v1}}]
                    """);

    private final LoadBalancerProvider hasty = new Hasty();
    private final AtomicInteger connections = new AtomicInteger();
    private final Registry registry = new Registry();
    private final World world = new World(registry);

    @AfterEach
    void close() {
        world.close();
        LoadBalancerRegistry.getDefaultRegistry().deregister(hasty);
    }

    @Test
    void connectionsThatNoCallUsesAreClosedAndMadeAgain() {
        LoadBalancerRegistry.getDefaultRegistry().register(hasty);
        world.rules(BY_COHORT);
        int port =
                world.start(
                        ServerBuilder.forPort(0)
                                .addService(new Prices("prices").definition())
                                .addTransportFilter(new Count()));
        registry.set("prices", ServiceInstance.of("127.0.0.1", port, Map.of("version", "v1")));
        Channel channel =
                world.open(
                        world.openSergo
                                .govern(
                                        ManagedChannelBuilder.forTarget(
                                                world.openSergo.target("prices")))
                                .defaultLoadBalancingPolicy(hasty.getPolicyName()));

        assertThat(get(channel, "")).isEqualTo("prices");
        await().atMost(PATIENCE).until(() -> connections.get() == 0);
        assertThat(get(channel, "")).isEqualTo("prices");
    }

    @Test
    void onlySubsetsThatAreUsedAreConnectedTo() {
        world.rules(BY_COHORT);
        int used = world.freeServer(new Prices("used").definition());
        int unused =
                world.start(
                        ServerBuilder.forPort(0)
                                .addService(new Prices("unused").definition())
                                .addTransportFilter(new Count()));
        registry.set(
                "prices",
                ServiceInstance.of("127.0.0.1", used, Map.of("version", "v1")),
                ServiceInstance.of("127.0.0.1", unused, Map.of("version", "v2")));
        Channel channel = world.routedChannel("prices");

        for (int i = 0; i < 10; i++) {
            assertThat(get(channel, "")).isEqualTo("used");
        }

        assertThat(connections).hasValue(0);
    }

    private final class Count extends ServerTransportFilter {

        @Override
        public Attributes transportReady(Attributes attributes) {
            connections.incrementAndGet();
            return attributes;
        }

        @Override
        public void transportTerminated(Attributes attributes) {
            connections.decrementAndGet();
        }
    }

    /** The policy, which waits for a moment only. */
    private static final class Hasty extends LoadBalancerProvider {

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public int getPriority() {
            return 5;
        }

        @Override
        public String getPolicyName() {
            return "opensergo-hasty";
        }

        @Override
        public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
            return new RoutingLoadBalancer(helper, Duration.ofMillis(50));
        }
    }
}
