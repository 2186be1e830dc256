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

/** A Dubbo application of its own framework model, as if it were a process of its own. */
final class DubboApp implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final AtomicInteger NEXT_PORT = new AtomicInteger(20_880);

    final FrameworkModel framework = new FrameworkModel();
    final ApplicationModel model = framework.newApplication();
    private final List<ServiceConfig<Greeter>> services = new ArrayList<>();
    private String address = "";
    private final DubboBootstrap bootstrap = DubboBootstrap.getInstance(model);

    DubboApp(String name, RegistryConfig registry, Map<String, String> parameters) {
        var application = new ApplicationConfig(name);
        application.setQosEnable(false);
        application.setEnableFileCache(false);
        application.setShutwait("1");
        application.setParameters(new HashMap<>(parameters));
        bootstrap.application(application).registry(registry);
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

    private DubboApp provide(String protocol, String dispatcher, String group, Greeter greeter) {
        address = protocol + "://127.0.0.1:" + freePort();
        var port = new ProtocolConfig(protocol, URL.valueOf(address).getPort());
        port.setDispatcher(dispatcher);
        var service = new ServiceConfig<Greeter>();
        service.setInterface(Greeter.class);
        service.setGroup(group);
        service.setRef(greeter);
        services.add(service);
        bootstrap.protocol(port).service(service);
        return this;
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
        ReferenceConfig<Greeter> reference = reference();
        reference.setGroup(group);
        Greeter greeter = reference.get();
        var consumer = new Consumer(greeter, reference);
        consumer.awaitProviders(providers);
        return consumer;
    }

    /** Refers to the service of an application, without a registry. */
    Greeter consume(DubboApp provider) {
        return consume(provider.address);
    }

    /** Refers to the service at an address. */
    Greeter consume(String address) {
        ReferenceConfig<Greeter> reference = reference();
        reference.setUrl(address);
        return reference.get();
    }

    private ReferenceConfig<Greeter> reference() {
        var reference = new ReferenceConfig<Greeter>();
        reference.setScopeModel(model.getDefaultModule());
        reference.setInterface(Greeter.class);
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
