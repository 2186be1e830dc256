package io.opensergo.spring.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.governance.Governor;
import io.opensergo.rules.document.RuleReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.loadbalancer.core.SelectedInstanceCallback;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;

class RoutedInstancesTest {

    private static final Request<?> NO_DATA = new DefaultRequest<>();

    private final Map<String, ServiceInstanceListSupplier> services = new HashMap<>();

    @Test
    void suppliersThatAskOneAnotherDecideOnce() {
        InstanceRouting routing =
                routing(
                        """
                        - route:
                            - {destination: {host: prices, subset: v1}, weight: 50}
                            - {destination: {host: prices, subset: v2}, weight: 50}
                        """);
        var inner = wrapped(routing, new Service("prices", "v1", "v2"));
        var outer = wrapped(routing, new Asking(inner));

        List<String> chosen = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            chosen.addAll(left(outer));
        }

        assertThat(chosen).hasSize(40).contains("v1", "v2");
    }

    @Test
    void whoeverAsksWithoutARequestGetsAll() {
        InstanceRouting routing = routing("- route: [{destination: {host: prices, subset: v2}}]");
        var routed = wrapped(routing, new Service("prices", "v1", "v2"));

        assertThat(versions(routed.get().blockFirst())).containsExactly("v1", "v2");
        assertThat(left(routed)).containsExactly("v2");
    }

    @Test
    void aDestinationMayBeQualifiedOrAnotherServiceOrUnknown() {
        services.put("archive", new Service("archive", "v0"));
        var prices = new Service("prices", "v1", "v2");

        assertThat(left(wrapped(routing(to("prices.default.svc.cluster.local", "v2")), prices)))
                .containsExactly("v2");
        assertThat(left(wrapped(routing(to("archive", "v0")), prices))).containsExactly("v0");
        assertThat(left(wrapped(routing(to("nobody", "v0")), prices))).isEmpty();
    }

    @Test
    void anInstanceWithoutMetadataIsInNoSubset() {
        var bare = new Service("prices", (String) null);

        assertThat(left(wrapped(routing(to("prices", "v1")), bare))).isEmpty();
        assertThat(wrapped(routing(to("others", "v1").replace("others", "x")), new Nameless()))
                .satisfies(each -> assertThat(left(each)).containsExactly("v1"));
    }

    @Test
    void theApplicationsSupplierHearsWhichInstanceWasSelected() {
        var service = new Service("prices", "v1");
        var routed = (SelectedInstanceCallback) wrapped(routing(to("prices", "v1")), service);
        ServiceInstance instance = service.instances.get(0);

        routed.selectedServiceInstance(instance);

        assertThat(service.selected).isSameAs(instance);
    }

    @Test
    void aSupplierIsWrappedOnceAndOtherBeansAreLeftAlone() {
        InstanceRouting routing = routing(to("prices", "v1"));
        var once = wrapped(routing, new Service("prices", "v1"));

        assertThat(wrapped(routing, once)).isSameAs(once);
        assertThat(routing.postProcessAfterInitialization("bean", "bean")).isEqualTo("bean");
    }

    private static String to(String host, String subset) {
        return "- route: [{destination: {host: %s, subset: %s}}]".formatted(host, subset);
    }

    private InstanceRouting routing(String routes) {
        Governor governor =
                Governor.of(
                        RuleReader.strict()
                                .read(
                                        """
                                        apiVersion: traffic.opensergo.io/v1alpha1
                                        kind: TrafficRouter
                                        metadata: {name: prices}
                                        spec:
                                          hosts: [prices]
                                          http:
                                        """
                                                + routes.strip().indent(4),
                                        "test")
                                .rules());
        return new InstanceRouting(() -> governor, services::get);
    }

    private static ServiceInstanceListSupplier wrapped(
            InstanceRouting routing, ServiceInstanceListSupplier supplier) {
        return (ServiceInstanceListSupplier)
                routing.postProcessAfterInitialization(supplier, "supplier");
    }

    private static List<String> left(ServiceInstanceListSupplier supplier) {
        return versions(supplier.get(NO_DATA).blockFirst());
    }

    private static List<String> versions(@Nullable List<ServiceInstance> instances) {
        return instances == null
                ? List.of()
                : instances.stream().map(each -> each.getMetadata().get("version")).toList();
    }

    /** A service with an instance of each version. */
    private static class Service implements ServiceInstanceListSupplier, SelectedInstanceCallback {

        private final String name;
        private final List<ServiceInstance> instances = new ArrayList<>();
        private @Nullable ServiceInstance selected;

        Service(String name, @Nullable String... versions) {
            this.name = name;
            for (String version : versions) {
                instances.add(instance(name, version));
            }
        }

        private static ServiceInstance instance(String name, @Nullable String version) {
            return new DefaultServiceInstance(name, name, "localhost", 1, false) {
                @Override
                public @Nullable Map<String, String> getMetadata() { // as some registries say it
                    return version == null ? null : Map.of("version", version);
                }
            };
        }

        @Override
        public String getServiceId() {
            return name;
        }

        @Override
        public Flux<List<ServiceInstance>> get() {
            return Flux.just(instances);
        }

        @Override
        public void selectedServiceInstance(ServiceInstance instance) {
            selected = instance;
        }
    }

    /** What does not know of which service it is. */
    private static final class Nameless extends Service {

        Nameless() {
            super("prices", "v1");
        }

        @Override
        public String getServiceId() {
            return null;
        }
    }

    /** Asks another one. */
    private record Asking(ServiceInstanceListSupplier inner)
            implements ServiceInstanceListSupplier {

        @Override
        public String getServiceId() {
            return inner.getServiceId();
        }

        @Override
        public Flux<List<ServiceInstance>> get() {
            return inner.get();
        }

        @Override
        @SuppressWarnings("rawtypes")
        public Flux<List<ServiceInstance>> get(Request request) {
            return inner.get(request);
        }
    }
}
