package io.opensergo.vertx;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.HashMap;
import java.util.Map;

/**
 * Hides from the application what guards in front of its routes left in a request: Vert.x adds the
 * parameters of each route that matches and never takes them away.
 */
final class PathParameters {

    private static final String REMEMBERED = "io.opensergo.vertx.pathParameters";

    /** Returns the handler before the guards of a router. */
    PlatformHandler remember() {
        return context -> {
            Map<String, String> before = context.pathParams();
            if (before.isEmpty()) {
                context.remove(REMEMBERED); // of a request that was rerouted
            } else {
                context.put(REMEMBERED, new HashMap<>(before));
            }
            context.next();
        };
    }

    /** Returns the handler behind them. */
    PlatformHandler restore() {
        return context -> {
            Map<String, String> remembered = context.remove(REMEMBERED);
            Map<String, String> before = remembered == null ? Map.of() : remembered;
            if (!context.pathParams().equals(before)) {
                restore(context, before);
            }
            context.next();
        };
    }

    /** Vert.x does not add a parameter that a query has. */
    private static void restore(RoutingContext context, Map<String, String> before) {
        Map<String, String> now = context.pathParams();
        MultiMap parameters = context.request().params();
        boolean hasQuery = context.request().query() != null;
        for (String name : now.keySet()) {
            boolean isOfQuery = hasQuery && context.queryParams().contains(name);
            if (!before.containsKey(name) && !isOfQuery) {
                parameters.remove(name);
            }
        }
        now.clear();
        now.putAll(before);
    }
}
