package io.opensergo.spring.tests;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** A server of WebFlux keeps what every server keeps. */
public abstract class WebFluxContract extends ServerContract {

    /** What only WebFlux serves. */
    @Configuration(proxyBeanMethods = false)
    static class WebFlux {

        @Bean
        RouterFunction<ServerResponse> functional() {
            return RouterFunctions.route()
                    .GET(
                            "/functional/{id}",
                            request ->
                                    ServerResponse.ok()
                                            .bodyValue("functional " + request.pathVariable("id")))
                    .build();
        }
    }
}
