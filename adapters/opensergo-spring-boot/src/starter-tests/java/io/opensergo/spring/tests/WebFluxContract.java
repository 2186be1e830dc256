package io.opensergo.spring.tests;

import io.micrometer.common.KeyValues;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.http.server.reactive.observation.ServerRequestObservationConvention;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** A server of WebFlux keeps what every server keeps. */
public abstract class WebFluxContract extends ServerContract {

    @Override
    boolean hearsOfCallersThatLeave() {
        return true;
    }

    @Override
    List<String> heldPaths() {
        return List.of("/held");
    }

    /** What only WebFlux serves. */
    @Configuration(proxyBeanMethods = false)
    static class WebFlux {

        /** An application may have a convention of its own. */
        @Bean
        ServerRequestObservationConvention observations() {
            return new DefaultServerRequestObservationConvention() {

                @Override
                public KeyValues getLowCardinalityKeyValues(
                        ServerRequestObservationContext context) {
                    return super.getLowCardinalityKeyValues(context).and("team", "orders");
                }
            };
        }

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
