package io.opensergo.spring.conformance;

import io.opensergo.conformance.Feature;
import io.opensergo.governance.Governor;
import io.opensergo.spring.WebFluxGovernance;
import io.opensergo.spring.conformance.Signals.Arrived;
import io.opensergo.spring.conformance.Signals.Refused;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** WebFlux on Netty. */
class WebFluxConformanceTest extends HttpConformance {

    @Override
    ConformingServer start(Signals signals) {
        return new Server(signals);
    }

    private static final class Server implements ConformingServer {

        private final Signals signals;
        private final ConfigurableApplicationContext context;

        Server(Signals signals) {
            this.signals = signals;
            this.context = run("reactive", NO_GATEWAY, Application.class);
            context.getBean(Application.Held.class).signals = signals;
            context.getBean(Switch.class).signals = signals;
        }

        @Override
        public String url() {
            return HttpConformance.url(context);
        }

        @Override
        public void govern(Governor governor) {
            Switch current = context.getBean(Switch.class);
            ObjectProvider<HandlerMapping> mappings = context.getBeanProvider(HandlerMapping.class);
            var governance =
                    new WebFluxGovernance(
                            governor,
                            pattern -> false,
                            (request, rejection) -> {
                                signals.tell(new Refused(rejection));
                                return ResponseEntity.status(429).build();
                            },
                            new ObjectProvider<>() {
                                @Override
                                public Stream<HandlerMapping> orderedStream() {
                                    return mappings.orderedStream()
                                            .filter(mapping -> mapping != current);
                                }
                            });
            governance.afterSingletonsInstantiated();
            current.governance = governance;
        }

        @Override
        public Set<Feature> features() {
            return OVER_A_SOCKET;
        }

        /** What is refused passes its filters as what is not. */
        @Override
        public boolean tellsTheEndOfRefusals() {
            return true;
        }

        @Override
        public void close() {
            context.close();
        }
    }

    /** Leads to the mapping and filter of a case. */
    static final class Switch implements HandlerMapping, WebFilter, Ordered {

        private volatile @Nullable WebFluxGovernance governance;
        private volatile @Nullable Signals signals;

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }

        @Override
        public Mono<Object> getHandler(ServerWebExchange exchange) {
            return governance.getHandler(exchange);
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
            return signals.tellingCancellation(
                    governance.filter(
                            exchange, inner -> signals.tellingCompletion(chain.filter(inner))));
        }
    }

    /** Holds each request until its case ends it. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        NettyReactiveWebServerFactory server() {
            return new NettyReactiveWebServerFactory();
        }

        @Bean
        Switch governance() {
            return new Switch();
        }

        @RestController
        static class Held {

            private volatile @Nullable Signals signals;

            /**
             * Reads the request to its end first. Reactor Netty stops reading a connection, and
             * with it the next request, if another thread answers while it still passes on the
             * parts of this one.
             */
            @RequestMapping({"/orders", "/orders/", "/order", "/Orders", "/other", "/anything"})
            Mono<ResponseEntity<Void>> hold(ServerWebExchange exchange) {
                return exchange.getRequest()
                        .getBody()
                        .doOnNext(DataBufferUtils::release)
                        .then(Mono.defer(this::held));
            }

            private Mono<ResponseEntity<Void>> held() {
                Sinks.One<ResponseEntity<Void>> answer = Sinks.one();
                signals.tell(
                        new Arrived(
                                status ->
                                        answer.tryEmitValue(
                                                ResponseEntity.status(status).build())));
                return answer.asMono();
            }
        }
    }
}
