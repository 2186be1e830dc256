package io.opensergo.adapters.overhead;

import io.opensergo.controlplane.ControlPlane;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Requests of a {@code WebClient} to a server of WebFlux on Netty, both in one application. */
final class WebFluxLoad implements Load {

    private final @Nullable ControlPlane controlPlane;
    private final ConfigurableApplicationContext context;
    private final WebClient client;

    WebFluxLoad(boolean governed) {
        this.controlPlane = governed ? SpringApplications.controlPlane() : null;
        this.context =
                controlPlane == null
                        ? SpringApplications.alone("reactive", Application.class)
                        : SpringApplications.governed("reactive", Application.class, controlPlane);
        this.client =
                context.getBean(WebClient.Builder.class)
                        .baseUrl("http://" + SpringApplications.SERVICE)
                        .build();
    }

    @Override
    public long run(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        var succeeded = new LongAdder();
        Flux.range(0, LoadKind.CONCURRENCY)
                .flatMap(line -> requests(end, succeeded), LoadKind.CONCURRENCY)
                .blockLast();
        return succeeded.sum();
    }

    private Mono<Void> requests(long end, LongAdder succeeded) {
        return Mono.defer(this::request)
                .doOnNext(
                        body -> {
                            if (body.equals("ordered")) {
                                succeeded.increment();
                            }
                        })
                .repeat(() -> System.nanoTime() - end < 0)
                .then();
    }

    private Mono<String> request() {
        return client.get().uri(SpringApplications.ROUTE, 4711).retrieve().bodyToMono(String.class);
    }

    @Override
    public void close() {
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
        WebClient.Builder clients(ObjectProvider<WebClientCustomizer> customizers) {
            WebClient.Builder builder = WebClient.builder();
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder;
        }

        @RestController
        static class Orders {

            @GetMapping(SpringApplications.ROUTE)
            Mono<String> order(@PathVariable("id") String id) {
                return Mono.just("ordered");
            }
        }
    }
}
