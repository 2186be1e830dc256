package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Guards a whole router in front of all its handlers. A route takes no handler in front of those it
 * has, so that this finds the route that will handle a request by itself.
 */
final class RouterGovernance implements PlatformHandler {

    private final ServerGovernance server;

    /** In the order in which vertx-web asks them. */
    private final GuardedRoute[] routes;

    RouterGovernance(ServerGovernance server, Governor governor, Router router) {
        this.server = server;
        List<GuardedRoute> found = new ArrayList<>();
        collect(router, Mount.NONE, governor, found);
        this.routes = found.toArray(GuardedRoute[]::new);
    }

    /** Comes before all routes that the router has by now. */
    void install(Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this);
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

    @Override
    public void handle(RoutingContext context) {
        server.colour(context.request());
        PatternResource resource = resource(context);
        if (resource == null) {
            context.next();
        } else {
            context.request().routed(resource.pattern()); // what metrics say of a rejected one
            server.admit(context, resource.guard(context));
        }
    }

    private @Nullable PatternResource resource(RoutingContext context) {
        String path;
        try {
            path = context.normalizedPath();
        } catch (IllegalArgumentException e) {
            return null; // vertx-web answers such a path when it comes to it itself
        }
        String mountPoint = context.mountPoint();
        return resource(
                context.request().method(), mountPoint == null ? path : below(mountPoint, path));
    }

    /** Returns the path that a router has to do with that was governed and then mounted. */
    private static String below(String mountPoint, String path) {
        boolean hasFinalSlash = mountPoint.endsWith("/");
        int start = mountPoint.length() - (hasFinalSlash ? 1 : 0);
        String rest = path.substring(Math.min(start, path.length()));
        return rest.isEmpty() && !hasFinalSlash ? "/" : rest;
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
            if (declared == null || declared.equals("/")) {
                return new Mount(path, expression, hasFinalSlash, methodsOf(route));
            }
            boolean endsWithSlash = declared.endsWith("/");
            String added = endsWithSlash ? declared.substring(0, declared.length() - 1) : declared;
            return new Mount(
                    path + added,
                    expression + RoutePattern.expressionOfMount(added),
                    endsWithSlash,
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
