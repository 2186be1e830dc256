package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The exact routes of a router and of those below it, as they were declared at one time, each with
 * its resource.
 */
final class DeclaredRoutes {

    /** In the order in which vertx-web asks them. */
    private final GuardedRoute[] routes;

    DeclaredRoutes(Governor governor, Router router) {
        List<GuardedRoute> found = new ArrayList<>();
        collect(router, Mount.NONE, governor, found);
        this.routes = found.toArray(GuardedRoute[]::new);
    }

    private static void collect(
            Router router, Mount mount, Governor governor, List<GuardedRoute> found) {
        for (Route route : router.getRoutes()) {
            Router subRouter = route.getSubRouter();
            String path = route.getPath();
            if (subRouter != null) {
                collect(subRouter, mount.below(route), governor, found);
            } else if (path != null && route.isExactPath()) {
                found.add(
                        new GuardedRoute(
                                mount.pattern(path),
                                mount.methodsOf(route),
                                new PatternResource(governor, mount.path + path)));
            }
        }
    }

    /** Returns that of the first route for a path, or {@code null} if there is none. */
    @Nullable PatternResource resource(HttpMethod method, String path) {
        for (GuardedRoute route : routes) {
            if (route.allows(method) && route.pattern.matches(path)) {
                return route.resource;
            }
        }
        return null;
    }

    /**
     * A route of the router or of one below it.
     *
     * @param methods those it handles; {@code null} if all
     */
    private record GuardedRoute(
            RoutePattern pattern, @Nullable Set<HttpMethod> methods, PatternResource resource) {

        boolean allows(HttpMethod method) {
            return methods == null || methods.contains(method);
        }
    }

    /**
     * Where a router is mounted.
     *
     * @param path without a slash at its end
     * @param expression for the path
     * @param hasFinalSlash whether it was declared with one before its asterisk
     * @param methods those that come there; {@code null} if all
     */
    private record Mount(
            String path,
            String expression,
            boolean hasFinalSlash,
            @Nullable Set<HttpMethod> methods) {

        static final Mount NONE = new Mount("", "", true, null);

        Mount below(Route route) {
            String declared = route.getPath();
            String added = Patterns.ofMount(route);
            if (declared == null || added.isEmpty()) { // where this router is
                return new Mount(path, expression, hasFinalSlash, methodsOf(route));
            }
            return new Mount(
                    path + added,
                    expression + RoutePattern.expressionOfMount(added),
                    declared.endsWith("/"),
                    methodsOf(route));
        }

        /** Returns the pattern of a route; that of the root is the mount itself. */
        RoutePattern pattern(String ofRoute) {
            if (ofRoute.equals("/") && !hasFinalSlash) {
                return new RoutePattern(path, expression, false);
            }
            return new RoutePattern(
                    path + ofRoute,
                    expression + RoutePattern.expression(ofRoute),
                    ofRoute.endsWith("/"));
        }

        @Nullable Set<HttpMethod> methodsOf(Route route) {
            Set<HttpMethod> own = route.methods();
            if (own == null || own.isEmpty()) {
                return methods;
            }
            Set<HttpMethod> both = new HashSet<>(own);
            if (methods != null) {
                both.retainAll(methods);
            }
            return Set.copyOf(both);
        }
    }
}
