package io.opensergo.adapters.overhead;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.governance.Governor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Applications of Spring Boot 4 that call themselves by a name, through the load balancer. */
final class SpringApplications {

    static final String SERVICE = "orders";
    static final String ROUTE = "/orders/{id}";

    private SpringApplications() {}

    /** Starts one without an adapter. */
    static ConfigurableApplicationContext alone(String type, Class<?> application) {
        return start(type, application, List.of());
    }

    /** Starts a control plane for one. */
    static ControlPlane controlPlane() {
        return Rules.guardingAndRouting(
                List.of("GET:" + ROUTE, "GET:" + SERVICE + ROUTE), SERVICE, "version");
    }

    /** Starts one with an adapter on its class path, and waits for its rules. */
    static ConfigurableApplicationContext governed(
            String type, Class<?> application, ControlPlane controlPlane) {
        ConfigurableApplicationContext context =
                start(
                        type,
                        application,
                        List.of("--opensergo.endpoints=localhost:" + controlPlane.port()));
        context.getBean(Governor.class).ready().block(Rules.PATIENCE);
        return context;
    }

    private static ConfigurableApplicationContext start(
            String type, Class<?> application, List<String> more) {
        int port = freePort();
        String instance = "--spring.cloud.discovery.client.simple.instances." + SERVICE + "[0].";
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--spring.main.web-application-type=" + type,
                                "--spring.main.banner-mode=off",
                                "--spring.application.name=" + Rules.APP,
                                "--server.port=" + port,
                                instance + "uri=http://localhost:" + port,
                                instance + "metadata.version=v1"));
        arguments.addAll(more);
        return new SpringApplication(application).run(arguments.toArray(String[]::new));
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
