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

    /** Returns a path below a mount, whose last slash or asterisk is not part of it. */
    static String join(String mount, String path) {
        int end = mount.length();
        while (end > 0 && (mount.charAt(end - 1) == '*' || mount.charAt(end - 1) == '/')) {
            end--;
        }
        return mount.substring(0, end) + path;
    }
}
