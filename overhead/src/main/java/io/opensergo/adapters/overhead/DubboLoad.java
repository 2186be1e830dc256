package io.opensergo.adapters.overhead;

import io.opensergo.controlplane.ControlPlane;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.curator.test.TestingServer;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.RpcException;
import org.apache.dubbo.rpc.model.FrameworkModel;
import org.jspecify.annotations.Nullable;

/**
 * Synchronous calls of a provider that a registry knows, by the dubbo protocol; a governed consumer
 * has a guard and a route, a governed provider a guard.
 */
final class DubboLoad implements Load {

    private static final String SERVICE = Greeter.class.getName();
    private static final String METHOD = SERVICE + ":greet(java.lang.String)";

    private final Workers workers = new Workers(LoadKind.CONCURRENCY);
    private final TestingServer registry = new TestingServer(true);
    private final FrameworkModel provider = new FrameworkModel();
    private final FrameworkModel consumer = new FrameworkModel();
    private final @Nullable ControlPlane controlPlane;
    private final Greeter greeter;

    DubboLoad(boolean consumerIsGoverned, boolean providerIsGoverned) throws Exception {
        controlPlane =
                consumerIsGoverned || providerIsGoverned
                        ? Rules.guardingAndRouting(List.of(METHOD), SERVICE, "subset")
                        : null;
        provide(providerIsGoverned);
        greeter = consume(consumerIsGoverned);
    }

    private void provide(boolean governed) {
        var service = new ServiceConfig<Greeter>();
        service.setInterface(Greeter.class);
        service.setRef(name -> "Hello " + name);
        var protocol = new ProtocolConfig("dubbo", -1);
        protocol.setHost("127.0.0.1");
        bootstrap(provider, governed).protocol(protocol).service(service).start();
    }

    private Greeter consume(boolean governed) {
        DubboBootstrap bootstrap = bootstrap(consumer, governed);
        bootstrap.start();
        var reference = new ReferenceConfig<Greeter>();
        reference.setScopeModel(bootstrap.getApplicationModel().getDefaultModule());
        reference.setInterface(Greeter.class);
        reference.setTimeout(20_000);
        reference.setRetries(0);
        return reference.get();
    }

    private DubboBootstrap bootstrap(FrameworkModel framework, boolean governed) {
        var application = new ApplicationConfig(Rules.APP);
        application.setQosEnable(false);
        application.setEnableFileCache(false);
        Map<String, String> parameters = new HashMap<>(Map.of("subset", "v1"));
        if (governed && controlPlane != null) {
            parameters.put("opensergo.endpoint", "localhost:" + controlPlane.port());
        }
        application.setParameters(parameters);
        return DubboBootstrap.getInstance(framework.newApplication())
                .application(application)
                .registry(new RegistryConfig("zookeeper://" + registry.getConnectString()));
    }

    @Override
    public long run(Duration time) throws Exception {
        return workers.run(time, this::call);
    }

    private boolean call() {
        try {
            return !greeter.greet("you").isEmpty();
        } catch (RpcException e) {
            return false; // not counted, so that a load that fails shows
        }
    }

    @Override
    public void close() throws IOException {
        workers.close();
        consumer.destroy();
        provider.destroy();
        registry.close();
        if (controlPlane != null) {
            controlPlane.close();
        }
    }
}
