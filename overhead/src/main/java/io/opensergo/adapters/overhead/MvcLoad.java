package io.opensergo.adapters.overhead;

import io.opensergo.controlplane.ControlPlane;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** Requests of a {@code RestClient} to a server of MVC on Tomcat, both in one application. */
final class MvcLoad implements Load {

    private final @Nullable ControlPlane controlPlane;
    private final ConfigurableApplicationContext context;
    private final RestClient client;
    private final Workers workers = new Workers(LoadKind.CONCURRENCY);

    MvcLoad(boolean governed) {
        // or its client opens a connection for most of the requests
        System.setProperty("http.maxConnections", Integer.toString(LoadKind.CONCURRENCY));
        this.controlPlane = governed ? SpringApplications.controlPlane() : null;
        this.context =
                controlPlane == null
                        ? SpringApplications.alone("servlet", Application.class)
                        : SpringApplications.governed("servlet", Application.class, controlPlane);
        this.client =
                context.getBean(RestClient.Builder.class)
                        .baseUrl("http://" + SpringApplications.SERVICE)
                        .build();
    }

    @Override
    public long run(Duration time) throws Exception {
        return workers.run(time, this::request);
    }

    private boolean request() {
        String body =
                client.get().uri(SpringApplications.ROUTE, 4711).retrieve().body(String.class);
        return "ordered".equals(body);
    }

    @Override
    public void close() {
        workers.close();
        context.close();
        if (controlPlane != null) {
            controlPlane.close();
        }
    }

    /** A service and its client. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        @LoadBalanced
        RestClient.Builder clients(RestClientBuilderConfigurer configurer) {
            return configurer
                    .configure(RestClient.builder())
                    .requestFactory(new SimpleClientHttpRequestFactory());
        }

        @RestController
        static class Orders {

            @GetMapping(SpringApplications.ROUTE)
            String order(@PathVariable("id") String id) {
                return "ordered";
            }
        }
    }
}
