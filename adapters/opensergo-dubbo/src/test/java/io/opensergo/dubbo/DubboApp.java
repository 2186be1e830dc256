package io.opensergo.dubbo;

import io.opensergo.governance.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.cluster.Directory;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;
import org.apache.dubbo.rpc.service.GenericService;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A Dubbo application of its own framework model, as if it were a process of its own. */
final class DubboApp implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final AtomicInteger NEXT_PORT = new AtomicInteger(20_880);

    final FrameworkModel framework = new FrameworkModel();
    final ApplicationModel model = framework.newApplication();
    private final List<ServiceConfig<?>> services = new ArrayList<>();
    private String address = "";
    private final DubboBootstrap bootstrap = DubboBootstrap.getInstance(model);

    DubboApp(String name, RegistryConfig registry, Map<String, String> parameters) {
        forgetCalls();
        var application = new ApplicationConfig(name);
        application.setQosEnable(false);
        application.setEnableFileCache(false);
        application.setShutwait("1");
        application.setParameters(new HashMap<>(parameters));
        bootstrap.application(application).registry(registry);
    }

    /**
     * Gives this thread a context that no other one has. Dubbo puts that of a caller on the threads
     * that complete its calls, where what is served next writes its own into it: in one process
     * with its providers, a caller may get what was left of the time of a call that they served.
     */
    static void forgetCalls() {
        RpcContext.removeServerAttachment();
        RpcContext.removeClientAttachment();
    }

    static RegistryConfig zooKeeper(String connect, String mode) {
        var registry = new RegistryConfig("zookeeper://" + connect);
        registry.setRegisterMode(mode);
        return registry;
    }

    static RegistryConfig none() {
        return new RegistryConfig(RegistryConfig.NO_AVAILABLE);
    }

    /** Provides a service on a free port. */
    DubboApp provide(String protocol, Greeter greeter) {
        return provide(protocol, "", greeter);
    }

    /** Provides a service of a group on a free port. */
    DubboApp provide(String protocol, String group, Greeter greeter) {
        return provide(protocol, "all", group, greeter);
    }

    /** Provides a service without a pool of threads of its own. */
    DubboApp provideOnNetworkThreads(String protocol, Greeter greeter) {
        return provide(protocol, "direct", "", greeter);
    }

    /** Provides one more service, on the port of the first, with parameters of its own. */
    DubboApp provideAlso(
            String group, String version, Map<String, String> parameters, Greeter greeter) {
        ServiceConfig<Greeter> service = service(Greeter.class, group, greeter);
        service.setVersion(version);
        service.setParameters(new HashMap<>(parameters));
        bootstrap.service(service);
        return this;
    }

    /** Provides one more service, on the port of the first. */
    DubboApp provideAlso(Teller teller) {
        bootstrap.service(service(Teller.class, "", teller));
        return this;
    }

    private DubboApp provide(String protocol, String dispatcher, String group, Greeter greeter) {
        open(protocol, dispatcher);
        bootstrap.service(service(Greeter.class, group, greeter));
        return this;
    }

    /** Opens a free port for services. */
    DubboApp open(String protocol) {
        return open(protocol, "all");
    }

    private DubboApp open(String protocol, String dispatcher) {
        address = protocol + "://127.0.0.1:" + freePort();
        var port = new ProtocolConfig(protocol, URL.valueOf(address).getPort());
        port.setDispatcher(dispatcher);
        bootstrap.protocol(port);
        return this;
    }

    private <S> ServiceConfig<S> service(Class<S> type, String group, S implementation) {
        var service = new ServiceConfig<S>();
        service.setInterface(type);
        service.setGroup(group);
        service.setRef(implementation);
        services.add(service);
        return service;
    }

    /**
     * Returns a port that nobody takes until it is bound: each is returned once, and connections do
     * not come from ports as low as these. Dubbo's own search takes a port that another framework
     * model has just found as well.
     */
    static int freePort() {
        while (true) {
            int port = NEXT_PORT.getAndIncrement();
            try (var socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // the next one
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    DubboApp start() {
        bootstrap.start();
        return this;
    }

    int port() {
        return URL.valueOf(address).getPort();
    }

    /** Provides nothing more. Closing would close what others in this process provide by triple. */
    void withdraw() {
        services.forEach(ServiceConfig::unexport);
    }

    /** Refers to the service by the registry; returns once that many providers are known. */
    Consumer consume(int providers) {
        return consume(providers, "");
    }

    /** Refers to the service of a group; returns once that many providers are known. */
    Consumer consume(int providers, String group) {
        return consume(providers, group, null);
    }

    /** Refers to the service of a group and version, as the other ones do. */
    Consumer consume(int providers, String group, @Nullable String version) {
        ReferenceConfig<Greeter> reference = reference(Greeter.class);
        reference.setGroup(group);
        reference.setVersion(version);
        Greeter greeter = reference.get();
        var consumer = new Consumer(greeter, reference);
        consumer.awaitProviders(providers);
        return consumer;
    }

    /** Refers to the service of an application, without a registry. */
    Greeter consume(DubboApp provider) {
        return consume(provider.address);
    }

    /** Refers to the service of an application, with parameters of the reference. */
    Greeter consume(DubboApp provider, Map<String, String> parameters) {
        ReferenceConfig<Greeter> reference = reference(Greeter.class);
        reference.setUrl(provider.address);
        reference.setParameters(new HashMap<>(parameters));
        return reference.get();
    }

    /** Refers to the service at an address. */
    Greeter consume(String address) {
        ReferenceConfig<Greeter> reference = reference(Greeter.class);
        reference.setUrl(address);
        return reference.get();
    }

    /** Refers to the other service by the registry, without waiting for providers. */
    Teller consumeTeller() {
        return reference(Teller.class).get();
    }

    private <S> ReferenceConfig<S> reference(Class<S> type) {
        var reference = new ReferenceConfig<S>();
        reference.setScopeModel(model.getDefaultModule());
        reference.setInterface(type);
        reference.setTimeout(20_000);
        reference.setCheck(false);
        return reference;
    }

    /** Refers to the service of an application by its name only. */
    GenericService consumeGenerically(DubboApp provider) {
        var reference = new ReferenceConfig<GenericService>();
        reference.setScopeModel(model.getDefaultModule());
        reference.setInterface(Greeter.class.getName());
        reference.setGeneric("true");
        reference.setTimeout(20_000);
        reference.setUrl(provider.address);
        return reference.get();
    }

    DubboGovernance governance() {
        return DubboGovernance.of(model).orElseThrow();
    }

    /** Waits until a plan is in force. */
    void await(Predicate<Plan> condition) {
        governance().governor().plans().filter(condition).blockFirst(PATIENCE);
    }

    @Override
    public void close() {
        framework.destroy();
    }

    /** A reference. */
    record Consumer(Greeter greeter, ReferenceConfig<Greeter> reference) {

        void awaitProviders(int providers) {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(
                            () ->
                                    directories().stream()
                                                    .mapToInt(each -> each.getAllInvokers().size())
                                                    .sum()
                                            == providers);
        }

        @SuppressWarnings("deprecation") // what else tells which providers are known
        private List<Directory<?>> directories() {
            var invoker = reference.getInvoker();
            return invoker instanceof org.apache.dubbo.rpc.cluster.ClusterInvoker<?> cluster
                            && cluster.getDirectory() != null
                    ? List.of(cluster.getDirectory())
                    : List.of();
        }

        /** Calls with an attachment. */
        String greet(String attachment, String value) {
            RpcContext.getClientAttachment().setAttachment(attachment, value);
            return greeter.greet("you");
        }
    }
}
