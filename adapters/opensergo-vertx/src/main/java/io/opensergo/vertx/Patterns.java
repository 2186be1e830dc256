package io.opensergo.vertx;

import io.vertx.ext.web.Route;

/** The patterns of routes, as they were declared. */
final class Patterns {

    private Patterns() {}

    /** Returns the path of a route with its parameters, or the text or name of its expression. */
    static String of(Route route) {
        String path = route.getPath();
        if (path != null) {
            return route.isExactPath() ? path : path + "*";
        }
        return route.isRegexPath() ? route.getName() : "/*";
    }

    /** Returns what a route puts before those of the router that is mounted on it. */
    static String ofMount(Route route) {
        String path = route.getPath();
        if (path == null) {
            return route.isRegexPath() ? route.getName() : "";
        }
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }
}
