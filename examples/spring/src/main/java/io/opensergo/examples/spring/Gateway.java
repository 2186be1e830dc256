package io.opensergo.examples.spring;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** Where callers come in: Spring Cloud Gateway, whose routes are settings. */
@EnableAutoConfiguration
class Gateway {

    /** Sends {@code /api/shop/1} to {@code /shop/1} of an instance of the shop. */
    static final String[] ROUTES = {
        "--spring.cloud.gateway.server.webmvc.routes[0].id=shop",
        "--spring.cloud.gateway.server.webmvc.routes[0].uri=lb://shop",
        "--spring.cloud.gateway.server.webmvc.routes[0].predicates[0]=Path=/api/**",
        "--spring.cloud.gateway.server.webmvc.routes[0].filters[0]=StripPrefix=1"
    };
}
