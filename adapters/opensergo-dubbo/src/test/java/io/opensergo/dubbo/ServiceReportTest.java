package io.opensergo.dubbo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rules.contract.ApplicationMetadata;
import io.opensergo.rules.contract.MethodDescriptor;
import io.opensergo.rules.contract.ServiceMetadata;
import io.opensergo.rules.contract.TypeDescriptor;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.dubbo.common.stream.StreamObserver;
import org.apache.dubbo.rpc.model.MethodDescriptor.RpcType;
import org.apache.dubbo.rpc.model.ReflectionMethodDescriptor;
import org.apache.dubbo.rpc.model.StubMethodDescriptor;
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

    @Test
    void describesTheMethodsOfGeneratedStubs() {
        MethodDescriptor unary = described(stub("place", RpcType.UNARY));
        MethodDescriptor serverStream = described(stub("watch", RpcType.SERVER_STREAM));

        assertThat(unary.inputTypes()).containsExactly(Order.class.getName());
        assertThat(unary.outputTypes()).containsExactly(Item.class.getName());
        assertThat(serverStream.serverStreaming()).isTrue();
        assertThat(serverStream.clientStreaming()).isFalse();
        assertThat(serverStream.outputTypes()).containsExactly(Item.class.getName());
    }

    @Test
    void describesAStreamByTheTypeOfItsMessages() throws Exception {
        MethodDescriptor both = described(method("both", StreamObserver.class));
        MethodDescriptor server = described(method("server", Order.class, StreamObserver.class));

        assertThat(both.inputTypes()).containsExactly(Order.class.getName());
        assertThat(both.outputTypes()).containsExactly(Item.class.getName());
        assertThat(both.clientStreaming() && both.serverStreaming()).isTrue();
        assertThat(server.inputTypes()).containsExactly(Order.class.getName());
        assertThat(server.outputTypes()).containsExactly(Item.class.getName());
        assertThat(server.serverStreaming()).isTrue();
    }

    @Test
    void describesAMethodWithoutAResult() throws Exception {
        assertThat(described(method("rawFuture")).outputTypes()).isEmpty();
        assertThat(described(method("nothing", Order.class)).outputTypes()).isEmpty();
    }

    @Test
    void describesATypeWithoutItsFieldsIfOneOfThemIsMissing() throws Exception {
        try (var without = new ClassesWithout(Item.class)) {
            Class<?> broken = without.loadClass(WithItem.class.getName());
            var types = new TypeCatalogue();

            types.add(broken);
            types.add(Size.class);

            assertThat(types.all()).hasSize(2);
            assertThat(types.all().get(0).name()).isEqualTo(WithItem.class.getName());
            assertThat(types.all().get(0).fields()).isEmpty();
        }
    }

    @Test
    void reachesWhatAnArrayOfArraysHolds() {
        var types = new TypeCatalogue();

        types.add(Order[][].class);

        assertThat(types.all()).extracting(TypeDescriptor::name).contains(Order.class.getName());
    }

    private static MethodDescriptor described(org.apache.dubbo.rpc.model.MethodDescriptor method) {
        return ServiceContracts.method(method.getMethodName(), method, new TypeCatalogue());
    }

    private static org.apache.dubbo.rpc.model.MethodDescriptor stub(String name, RpcType type) {
        return new StubMethodDescriptor(
                name,
                Order.class,
                Item.class,
                type,
                message -> new byte[0],
                message -> new byte[0],
                bytes -> bytes,
                bytes -> bytes);
    }

    private static org.apache.dubbo.rpc.model.MethodDescriptor method(
            String name, Class<?>... parameters) throws NoSuchMethodException {
        return new ReflectionMethodDescriptor(Shop.class.getMethod(name, parameters));
    }

    /** Methods of all shapes. */
    public interface Shop {

        /** Takes and gives a stream. */
        StreamObserver<Order> both(StreamObserver<Item> answers);

        /** Gives a stream. */
        void server(Order order, StreamObserver<Item> answers);

        /** Gives who knows what. */
        @SuppressWarnings("rawtypes") // as some services have it
        CompletableFuture rawFuture();

        /** Gives nothing. */
        void nothing(Order order);
    }

    private record WithItem(Item item) {}

    /** Loads the classes of this test again, as if one of them were in no jar. */
    private static final class ClassesWithout extends URLClassLoader {

        private final String missing;

        private ClassesWithout(Class<?> missing) {
            super(
                    new URL[] {
                        ServiceReportTest.class.getProtectionDomain().getCodeSource().getLocation()
                    },
                    ServiceReportTest.class.getClassLoader());
            this.missing = missing.getName();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.equals(missing)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith(ServiceReportTest.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
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
