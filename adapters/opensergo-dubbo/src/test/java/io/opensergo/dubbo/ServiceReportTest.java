package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ServiceReportTest {

    @Test
    void tellsTheControlPlaneWhatAProviderServes() throws Exception {
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).start();
                var provider =
                        new DubboApp(
                                "provider",
                                DubboApp.none(),
                                Map.of(
                                        "opensergo.endpoint",
                                        "localhost:" + controlPlane.port(),
                                        "tag",
                                        "v2"))) {
            provider.provide("tri", new LocalGreeter("hello")).start();

            await().atMost(DubboApp.PATIENCE).until(() -> !controlPlane.applications().isEmpty());

            ApplicationMetadata reported = controlPlane.applications().get(0).metadata();
            assertThat(reported.app()).isEqualTo("provider");
            assertThat(reported.node().tag()).isEqualTo("v2");
            assertThat(reported.services()).hasSize(1);
            ServiceMetadata service = reported.services().get(0);
            assertThat(service.protocols()).containsExactly("tri");
            assertThat(service.listeningAddresses())
                    .singleElement()
                    .satisfies(each -> assertThat(each.port()).isEqualTo(provider.port()));
            assertThat(service.contract().services().get(0).name())
                    .isEqualTo(Greeter.class.getName());
            assertThat(service.contract().services().get(0).methods())
                    .extracting(MethodDescriptor::name)
                    .containsExactly("greet", "greetLater", "relay");
            assertThat(service.contract().services().get(0).methods().get(1))
                    .isEqualTo(
                            MethodDescriptor.of(
                                    "greetLater",
                                    List.of("java.lang.String"),
                                    List.of("java.lang.String")));

            provider.withdraw();

            await().atMost(DubboApp.PATIENCE)
                    .until(
                            () ->
                                    controlPlane.applications().stream()
                                            .allMatch(e -> e.metadata().services().isEmpty()));
        }
    }

    @Test
    void describesTheTypesThatMethodsNameAndThoseTheirFieldsName() throws Exception {
        var types = new TypeCatalogue();

        String name = types.add(Holder.class.getDeclaredField("orders").getGenericType());

        assertThat(name).isEqualTo("java.util.List<" + Order.class.getName() + ">");
        assertThat(types.all())
                .extracting(each -> each.name().substring(each.name().indexOf('$') + 1))
                .containsExactlyInAnyOrder("Order", "Item", "Size");
        assertThat(types.all().get(0).fields())
                .extracting(each -> each.name() + " " + each.label() + " " + each.type())
                .containsExactly(
                        "id OPTIONAL INT64",
                        "items REPEATED MESSAGE",
                        "parent OPTIONAL MESSAGE",
                        "signature OPTIONAL BYTES",
                        "notes REPEATED STRING");
    }

    private record Holder(List<Order> orders, CompletableFuture<Order> later) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Order(
            long id, Set<Item> items, Order parent, byte[] signature, String[] notes) {}

    private record Item(Size size) {}

    private enum Size {
        SMALL
    }
}
