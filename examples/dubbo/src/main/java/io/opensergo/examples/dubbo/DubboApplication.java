package io.opensergo.examples.dubbo;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.Map;
import org.apache.dubbo.config.ApplicationConfig;
import org.apache.dubbo.config.ProtocolConfig;
import org.apache.dubbo.config.ReferenceConfig;
import org.apache.dubbo.config.RegistryConfig;
import org.apache.dubbo.config.ServiceConfig;
import org.apache.dubbo.config.bootstrap.DubboBootstrap;
import org.apache.dubbo.rpc.model.ApplicationModel;
import org.apache.dubbo.rpc.model.FrameworkModel;

/**
 * A Dubbo application as anybody writes it: of OpenSergo it knows nothing but the parameters. It
 * has a framework model of its own, since several are one process here.
 */
final class DubboApplication implements AutoCloseable {

    private final FrameworkModel framework = new FrameworkModel();
    private final ApplicationModel model = framework.newApplication();
    private final DubboBootstrap bootstrap = DubboBootstrap.getInstance(model);

    DubboApplication(String name, String zooKeeper, Map<String, String> parameters) {
        var application = new ApplicationConfig(name);
        application.setParameters(new HashMap<>(parameters));
        application.setQosEnable(false);
        application.setEnableFileCache(false);
        application.setShutwait("1");
        bootstrap.application(application).registry(new RegistryConfig("zookeeper://" + zooKeeper));
    }

    void provide(Prices prices) throws IOException {
        var service = new ServiceConfig<Prices>();
        service.setInterface(Prices.class);
        service.setRef(prices);
        bootstrap.protocol(new ProtocolConfig("tri", freePort())).service(service).start();
    }

    Prices consume() {
        var reference = new ReferenceConfig<Prices>();
        reference.setInterface(Prices.class);
        reference.setCheck(false);
        bootstrap.reference(reference).start();
        return reference.get();
    }

    ApplicationModel model() {
        return model;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        framework.destroy();
    }
}
