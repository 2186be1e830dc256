package io.opensergo.vertx;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;

/**
 * Hides from the application what guards in front of its routes left in a request: Vert.x adds the
 * parameters of each route that matches and never takes them away.
 */
final class PathParameters {

    private static final String REMEMBERED = "io.opensergo.vertx.pathParameters";

    private PathParameters() {}

    /** Keeps what a request has before the guards of a router. */
    static void remember(RoutingContext context) {
        Map<String, String> before = context.pathParams();
        if (before.isEmpty()) {
            context.remove(REMEMBERED); // of another router, or before the request was rerouted
        } else {
            context.put(REMEMBERED, new HashMap<>(before));
        }
    }

    /** Gives a request what it had; for each guard whose own path has parameters. */
    static void restore(RoutingContext context) {
        Map<String, String> remembered = context.get(REMEMBERED);
        Map<String, String> before = remembered == null ? Map.of() : remembered;
        Map<String, String> now = context.pathParams();
        if (!now.equals(before)) {
            removeFromRequest(context, now, before);
            now.clear();
            now.putAll(before);
        }
    }

    /** Vert.x does not add a parameter to a request whose query has one of its name. */
    private static void removeFromRequest(
            RoutingContext context, Map<String, String> now, Map<String, String> before) {
        MultiMap parameters = context.request().params();
        boolean hasQuery = context.request().query() != null;
        for (String name : now.keySet()) {
            boolean isOfQuery = hasQuery && context.queryParams().contains(name);
            if (!before.containsKey(name) && !isOfQuery) {
                parameters.remove(name);
            }
        }
    }
}
