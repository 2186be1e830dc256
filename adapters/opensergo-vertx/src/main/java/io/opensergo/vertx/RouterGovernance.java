package io.opensergo.vertx;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import org.jspecify.annotations.Nullable;

/**
 * Guards a whole router in front of all its handlers. A route takes no handler in front of those it
 * has, so that this finds the route that will handle a request by itself.
 */
final class RouterGovernance implements PlatformHandler {

    private final ServerGovernance server;
    private final DeclaredRoutes routes;

    private RouterGovernance(ServerGovernance server, DeclaredRoutes routes) {
        this.server = server;
        this.routes = routes;
    }

    /** Comes before all routes that the router has by now. */
    static void install(Router router, ServerGovernance server, DeclaredRoutes routes) {
        router.route().order(Integer.MIN_VALUE).handler(new RouterGovernance(server, routes));
    }

    @Override
    public void handle(RoutingContext context) {
        PatternResource resource = resource(context);
        if (resource == null) {
            server.handle(context, null, null);
        } else {
            server.handle(context, resource.guard(context), resource.pattern());
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
        return routes.resource(
                context.request().method(), mountPoint == null ? path : below(mountPoint, path));
    }

    /** Returns the path that a router has to do with that was governed and then mounted. */
    private static String below(String mountPoint, String path) {
        boolean hasFinalSlash = mountPoint.endsWith("/");
        int start = mountPoint.length() - (hasFinalSlash ? 1 : 0);
        String rest = path.substring(Math.min(start, path.length()));
        return rest.isEmpty() && !hasFinalSlash ? "/" : rest;
    }
}
