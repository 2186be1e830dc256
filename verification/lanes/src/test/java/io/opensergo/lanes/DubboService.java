package io.opensergo.lanes;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.test.TestingServer;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.RpcContext;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;
import org.jspecify.annotations.Nullable;

/** The service {@code b}, of Dubbo, which calls {@code c}; and the reference that {@code a} has. */
final class DubboService implements AutoCloseable {

    /** Below those that connections come from. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(23_880);

    private final TestingServer zooKeeper = new TestingServer(true);
    private final List<FrameworkModel> frameworks = new ArrayList<>();
    private final int controlPlane;
    private final Step step;

    DubboService(int controlPlane, VertxService next) throws Exception {
        this.controlPlane = controlPlane;
        for (Instance each : Instance.of("b")) {
            ServiceConfig<Step> service = new ServiceConfig<>();
            service.setInterface(Step.class);
            service.setRef(() -> serve(each, next));
            bootstrap(application("b", each.labels()))
                    .protocol(new ProtocolConfig("dubbo", freePort()))
                    .service(service)
                    .start();
        }
        ApplicationModel caller = application("a", Map.of());
        bootstrap(caller).start();
        ReferenceConfig<Step> reference = new ReferenceConfig<>();
        reference.setScopeModel(caller.getDefaultModule());
        reference.setInterface(Step.class);
        reference.setTimeout(20_000);
        reference.setCheck(false);
        step = reference.get();
    }

    private static String serve(Instance instance, VertxService next) {
        String colour = RpcContext.getServerAttachment().getAttachment(Instance.COLOUR);
        try {
            return instance.answer(colour, next.call(colour));
        } catch (Exception e) {
            throw new IllegalStateException("c has not answered", e);
        }
    }

    /** Calls the service from outside of Dubbo, with the colour of what is being served. */
    String call(@Nullable String colour) {
        if (colour != null) {
            RpcContext.getClientAttachment().setAttachment(Instance.COLOUR, colour);
        }
        return step.call();
    }

    private ApplicationModel application(String name, Map<String, String> labels) {
        var framework = new FrameworkModel();
        frameworks.add(framework);
        ApplicationModel model = framework.newApplication();
        var application = new ApplicationConfig(name);
        application.setQosEnable(false);
        application.setEnableFileCache(false);
        application.setShutwait("1");
        Map<String, String> parameters = new HashMap<>(labels);
        parameters.put("opensergo.endpoint", "localhost:" + controlPlane);
        application.setParameters(parameters);
        var registry = new RegistryConfig("zookeeper://" + zooKeeper.getConnectString());
        registry.setRegisterMode("interface");
        DubboBootstrap.getInstance(model).application(application).registry(registry);
        return model;
    }

    private static DubboBootstrap bootstrap(ApplicationModel model) {
        return DubboBootstrap.getInstance(model);
    }

    private static int freePort() throws IOException {
        while (true) {
            try (var socket = new ServerSocket(NEXT_PORT.getAndIncrement())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // the next one
            }
        }
    }

    @Override
    public void close() throws Exception {
        frameworks.forEach(FrameworkModel::destroy);
        zooKeeper.close();
    }
}
