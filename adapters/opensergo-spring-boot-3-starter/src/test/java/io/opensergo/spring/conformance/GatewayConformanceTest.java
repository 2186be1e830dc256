package io.opensergo.spring.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opensergo.conformance.Feature;
import io.opensergo.governance.Governor;
import io.opensergo.spring.cloud.GatewayGovernance;
import io.opensergo.spring.conformance.Signals.Arrived;
import io.opensergo.spring.conformance.Signals.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Spring Cloud Gateway on WebFlux, whose routes are named as resources are. */
class GatewayConformanceTest extends HttpConformance {

    @Override
    ConformingServer start(Signals signals) {
        return new Server(signals);
    }

    private static final class Server implements ConformingServer {

        private final Signals signals;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final HttpServer backend;
        private final ConfigurableApplicationContext context;

        Server(Signals signals) {
            this.signals = signals;
            this.backend = backend();
            List<String> settings = new ArrayList<>();
            settings.add("--spring.cloud.gateway.server.webmvc.enabled=false");
            settings.add("--spring.cloud.gateway.server.webflux.filter.json-to-grpc.enabled=false");
            settings.add(
                    "--spring.cloud.gateway.server.webflux.httpclient.pool.max-connections=1000");
            int number = 0;
            for (String method : new String[] {"GET", "POST"}) {
                for (String path : PATHS) {
                    String route =
                            "--spring.cloud.gateway.server.webflux.routes[" + number++ + "].";
                    settings.add(route + "id=" + method + ":" + path);
                    settings.add(route + "uri=http://localhost:" + backend.getAddress().getPort());
                    settings.add(route + "predicates[0]=Path=" + path);
                    settings.add(route + "predicates[1]=Method=" + method);
                }
            }
            this.context = run("reactive", settings, Application.class);
            context.getBean(Switch.class).signals = signals;
        }

        private HttpServer backend() {
            try {
                HttpServer server =
                        HttpServer.create(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
                server.createContext("/", this::hold);
                server.setExecutor(threads);
                server.start();
                return server;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private void hold(HttpExchange exchange) throws IOException {
            var status = new CompletableFuture<Integer>();
            signals.tell(new Arrived(status::complete));
            exchange.sendResponseHeaders(status.join(), -1);
            exchange.close();
        }

        @Override
        public String url() {
            return HttpConformance.url(context);
        }

        @Override
        public void govern(Governor governor) {
            context.getBean(Switch.class).governance =
                    new GatewayGovernance(
                            governor,
                            route -> false,
                            (request, rejection) -> {
                                signals.tell(new Refused(rejection));
                                return ResponseEntity.status(429).build();
                            });
        }

        @Override
        public Set<Feature> features() {
            return OVER_A_SOCKET;
        }

        @Override
        public void close() {
            context.close();
            backend.stop(0);
            threads.shutdownNow();
        }
    }

    /** Leads to the filter of a case. */
    static final class Switch implements GlobalFilter, Ordered {

        private volatile @Nullable GatewayGovernance governance;
        private volatile @Nullable Signals signals;

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE + 100;
        }

        @Override
        public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
            return signals.tellingCancellation(
                    governance.filter(
                            exchange, inner -> signals.tellingCompletion(chain.filter(inner))));
        }
    }

    /** A gateway. */
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
    }
}
