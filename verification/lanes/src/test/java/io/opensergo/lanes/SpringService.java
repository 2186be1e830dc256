package io.opensergo.lanes;

import io.opensergo.spring.TrafficColours;
import io.opensergo.vertx.ServiceInstance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The service {@code d}, of Spring MVC. */
final class SpringService implements AutoCloseable {

    private final Map<Instance, ConfigurableApplicationContext> contexts = new LinkedHashMap<>();

    SpringService(int controlPlane) {
        for (Instance each : Instance.of("d")) {
            contexts.put(
                    each,
                    new SpringApplicationBuilder(Application.class)
                            .initializers(
                                    context ->
                                            context.getBeanFactory()
                                                    .registerSingleton("instance", each))
                            .run(
                                    "--spring.application.name=d",
                                    "--spring.main.banner-mode=off",
                                    "--server.port=0",
                                    "--server.tomcat.threads.max=8",
                                    "--opensergo.endpoints=localhost:" + controlPlane));
        }
    }

    List<ServiceInstance> instances() {
        List<ServiceInstance> instances = new ArrayList<>();
        contexts.forEach(
                (instance, context) ->
                        instances.add(
                                ServiceInstance.of("localhost", port(context), instance.labels())));
        return instances;
    }

    private static int port(ConfigurableApplicationContext context) {
        return Integer.parseInt(
                Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port")));
    }

    @Override
    public void close() {
        contexts.values().forEach(ConfigurableApplicationContext::close);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @RestController
    static class Application {

        private final Instance instance;

        Application(Instance instance) {
            this.instance = instance;
        }

        @GetMapping("/")
        String answer() {
            var colour = TrafficColours.current();
            return instance.answer(colour == null ? null : colour.name(), "");
        }
    }
}
