package io.opensergo.vertx;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;

/**
 * Hides from the application what guards in front of its routes left in a request: Vert.x adds the
 * parameters of each route that matches, to those of the request only if it has none of the name,
 * and never takes them away.
 */
final class PathParameters {

    private static final String REMEMBERED = "io.opensergo.vertx.parameters";

    private static final Remembered NOTHING =
            new Remembered(Map.of(), MultiMap.caseInsensitiveMultiMap());

    /**
     * What a request had.
     *
     * @param ofPath of its path
     * @param ofRequest of its query and forms, too
     */
    private record Remembered(Map<String, String> ofPath, MultiMap ofRequest) {}

    private PathParameters() {}

    /** Keeps what a request has before the guards of a router. */
    static void remember(RoutingContext context) {
        Map<String, String> ofPath = context.pathParams();
        MultiMap ofRequest = context.request().params();
        if (ofPath.isEmpty() && ofRequest.isEmpty()) {
            context.remove(REMEMBERED); // of another router, or before the request was rerouted
        } else {
            MultiMap copy = MultiMap.caseInsensitiveMultiMap().addAll(ofRequest);
            context.put(REMEMBERED, new Remembered(new HashMap<>(ofPath), copy));
        }
    }

    /** Gives a request what it had; for each guard whose own path has parameters. */
    static void restore(RoutingContext context) {
        Remembered remembered = context.get(REMEMBERED);
        Remembered before = remembered == null ? NOTHING : remembered;
        Map<String, String> ofPath = context.pathParams();
        if (ofPath.equals(before.ofPath)) {
            return;
        }
        MultiMap ofRequest = context.request().params();
        for (String name : ofPath.keySet()) {
            if (!before.ofRequest.contains(name)) {
                ofRequest.remove(name);
            }
        }
        ofPath.clear();
        ofPath.putAll(before.ofPath);
    }
}
