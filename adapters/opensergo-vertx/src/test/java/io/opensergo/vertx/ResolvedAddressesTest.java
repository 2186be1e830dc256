package io.opensergo.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.net.Address;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.endpoint.EndpointBuilder;
import io.vertx.core.spi.endpoint.EndpointResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much of what a resolver of Vert.x holds is kept for it. */
class ResolvedAddressesTest {

    private static final int KEPT = 10_000;

    private final Registry registry = new Registry();
    private final ResolvedAddresses<Service, SocketAddress, Service> addresses =
            new ResolvedAddresses<>(registry, Service::new, address -> Map.of());

    @Test
    void servicesBeyondTheBoundAreResolvedForEachRequestAndNotKept() {
        for (int i = 0; i < KEPT; i++) {
            resolve("service-" + i);
        }
        assertThat(registry.held).hasSize(KEPT);

        assertThat(resolve("one-more")).hasSize(1);
        assertThat(resolve("one-more")).hasSize(1);
        assertThat(resolve("service-0")).hasSize(1);

        assertThat(registry.held).hasSize(KEPT).doesNotContain(new Service("one-more"));
        assertThat(registry.resolutions).isEqualTo(KEPT + 2);
    }

    @Test
    void closingGivesBackWhatIsKeptOnce() {
        resolve("orders");
        resolve("prices");

        addresses.close();
        addresses.close();

        assertThat(registry.held).isEmpty();
        assertThat(registry.closings).isEqualTo(1);
    }

    private List<ServiceInstance> resolve(String service) {
        return World.get(addresses.resolve(service));
    }

    private record Service(String name) implements Address {}

    /** Knows one server of each service, and counts what is asked of it. */
    private static final class Registry
            implements EndpointResolver<Service, SocketAddress, Service, List<ServiceInstance>> {

        final List<Service> held = new ArrayList<>();
        int resolutions;
        int closings;

        @Override
        public Service tryCast(Address address) {
            return address instanceof Service service ? service : null;
        }

        @Override
        public SocketAddress addressOf(SocketAddress server) {
            return server;
        }

        @Override
        public Future<Service> resolve(
                Service service, EndpointBuilder<List<ServiceInstance>, SocketAddress> builder) {
            resolutions++;
            held.add(service);
            return Future.succeededFuture(service);
        }

        @Override
        public List<ServiceInstance> endpoint(Service service) {
            return List.of(ServiceInstance.of("localhost", 80, Map.of()));
        }

        @Override
        public boolean isValid(Service service) {
            return true;
        }

        @Override
        public void dispose(Service service) {
            assertThat(held.remove(service)).isTrue();
        }

        @Override
        public void close() {
            closings++;
        }
    }
}
