package io.opensergo.spring.tests;

import io.opensergo.governance.RequestRejectedException;
import io.opensergo.spring.Governed;
import io.opensergo.spring.GovernedCalls;
import io.opensergo.spring.TrafficColours;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** What MVC and WebFlux serve alike. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class Application {

    @Bean
    Prices prices() {
        return new Prices();
    }

    @Bean
    Gate gate() {
        return new Gate();
    }

    /** Holds requests until a test lets them go. */
    static class Gate {

        private volatile Sinks.Empty<Void> sink = Sinks.empty();

        Mono<Void> passed() {
            return sink.asMono();
        }

        void open() {
            Sinks.Empty<Void> open = sink;
            sink = Sinks.empty();
            open.tryEmitEmpty();
        }
    }

    /** A bean with guarded methods. */
    static class Prices {

        @Governed(value = "prices", fallback = "unknown")
        public String of(String item) {
            return "price of " + item;
        }

        String unknown(String item, RequestRejectedException refusal) {
            return "unknown by " + refusal.rejection().strategy();
        }

        @Governed("prices-later")
        public CompletionStage<String> later(String item) {
            return CompletableFuture.completedFuture("price of " + item);
        }

        @Governed("prices-mono")
        public Mono<String> mono(String item) {
            return Mono.just("price of " + item);
        }
    }

    /** A reactive application of Spring Boot 3 has no builder of RestClient. */
    @RestController
    static class Api {

        private final Environment environment;
        private final RestClient rest;
        private final WebClient web;
        private final Prices prices;
        private final Gate gate;

        Api(
                Environment environment,
                ObjectProvider<RestClient.Builder> rest,
                GovernedCalls calls,
                WebClient.Builder web,
                Prices prices,
                Gate gate) {
            this.environment = environment;
            this.rest =
                    rest.getIfAvailable(
                                    () ->
                                            RestClient.builder()
                                                    .requestInterceptor(calls.interceptor()))
                            .build();
            this.web = web.build();
            this.prices = prices;
            this.gate = gate;
        }

        private String self() {
            return "http://localhost:" + environment.getProperty("local.server.port");
        }

        @GetMapping("/orders/{id}")
        String order(@PathVariable("id") String id) {
            return "order " + id;
        }

        @GetMapping("/failing")
        String failing() {
            throw new IllegalStateException("on purpose");
        }

        @GetMapping("/failing-later")
        Mono<String> failingLater() {
            return Mono.error(new IllegalStateException("on purpose"));
        }

        @GetMapping("/held")
        Mono<String> held() {
            return gate.passed().thenReturn("held");
        }

        @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        Flux<String> events() {
            return Flux.interval(Duration.ZERO, Duration.ofMillis(20))
                    .onBackpressureDrop() // or a slow machine ends the stream
                    .map(i -> "event " + i);
        }

        @GetMapping("/throttled")
        String throttled() {
            return "in turn";
        }

        @GetMapping("/echo/{id}")
        String echo(@RequestHeader(name = "x-opensergo-traffic", required = false) String colour) {
            return "colour " + colour;
        }

        @GetMapping("/described")
        ResponseEntity<String> described(
                @RequestHeader("x-env") String environmentOfCaller,
                @RequestHeader("x-opensergo-traffic") String colour) {
            return ResponseEntity.ok()
                    .header("x-kind", "order")
                    .header("x-many", "handler")
                    .header("x-other", "kept")
                    .body(environmentOfCaller + " and " + colour);
        }

        @GetMapping("/by-web-client")
        Mono<String> byWebClient() {
            return web.get()
                    .uri(self() + "/echo/{id}", 7)
                    .retrieve()
                    .bodyToMono(String.class)
                    .onErrorResume(e -> Mono.just(e.getClass().getSimpleName()));
        }

        /** On a thread of its own, as WebFlux wants it; the colour has to be taken along. */
        @GetMapping("/by-rest-client")
        Mono<String> byRestClient() {
            String colour = TrafficColours.current() == null ? "none" : "some";
            return Mono.fromCallable(this::callByRestClient)
                    .map(answer -> colour + ": " + answer)
                    .subscribeOn(Schedulers.boundedElastic());
        }

        private String callByRestClient() {
            try {
                String body =
                        rest.get().uri(self() + "/echo/{id}", 7).retrieve().body(String.class);
                return body == null ? "" : body;
            } catch (RequestRejectedException e) {
                return e.getClass().getSimpleName();
            }
        }

        @GetMapping("/prices/{item}")
        Mono<String> price(@PathVariable("item") String item) {
            return Mono.fromCallable(() -> prices.of(item));
        }
    }
}
