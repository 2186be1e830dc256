package io.opensergo.spring.internal;

import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_PREDICATE_MATCHED_PATH_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_PREDICATE_MATCHED_PATH_ROUTE_ID_ATTR;
import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.web.server.ServerWebExchange;

/** The pattern of a route of Spring Cloud Gateway on WebFlux, which may be absent. */
public final class GatewayPattern {

    /** The gateway's attribute that has the route; its class is not touched without it. */
    private static final String ROUTE =
            "org.springframework.cloud.gateway.support.ServerWebExchangeUtils.gatewayRoute";

    private GatewayPattern() {}

    /** Returns the pattern, or {@code null} if the request is not routed by one. */
    public static @Nullable String of(ServerWebExchange exchange) {
        return exchange.getAttribute(ROUTE) == null ? null : Routed.pattern(exchange);
    }

    private static final class Routed {

        /** A route before the one that holds may have left its pattern. */
        static @Nullable String pattern(ServerWebExchange exchange) {
            Route route = exchange.getAttribute(GATEWAY_ROUTE_ATTR);
            Object id = exchange.getAttribute(GATEWAY_PREDICATE_MATCHED_PATH_ROUTE_ID_ATTR);
            return route != null && route.getId().equals(id)
                    ? exchange.getAttribute(GATEWAY_PREDICATE_MATCHED_PATH_ATTR)
                    : null;
        }
    }
}
