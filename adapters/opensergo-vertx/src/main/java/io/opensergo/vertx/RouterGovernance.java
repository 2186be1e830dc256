package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Guards whole routers. A route takes no handler in front of those it has; but a route of the same
 * path and methods that comes before all others does the same, and has Vert.x do the matching.
 */
final class RouterGovernance {

    /** Says of a request that a guard of its router has had it. */
    private static final String GUARDED = "io.opensergo.vertx.guarded";

    private final ServerGovernance server;
    private final Governor governor;

    RouterGovernance(ServerGovernance server, Governor governor) {
        this.server = server;
        this.governor = governor;
    }

    void govern(Router root) {
        Map<Router, List<String>> mounts = new LinkedHashMap<>();
        collect(root, "", mounts);
        mounts.forEach(this::guardRoutes);
        root.route().order(Integer.MIN_VALUE).handler(new Begin());
    }

    /** Finds the routers, each with the patterns of the paths at which it is mounted. */
    private static void collect(Router router, String mount, Map<Router, List<String>> mounts) {
        mounts.computeIfAbsent(router, found -> new ArrayList<>(1)).add(mount);
        for (Route route : router.getRoutes()) {
            Router subRouter = route.getSubRouter();
            if (subRouter != null) {
                collect(subRouter, Patterns.join(mount + Patterns.of(route), ""), mounts);
            }
        }
    }

    private void guardRoutes(Router router, List<String> mounts) {
        int order = Integer.MIN_VALUE + 1;
        boolean hasParameters = false;
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && route.isExactPath()) {
                order++;
                String path = route.getPath();
                hasParameters |= path.indexOf(':') >= 0;
                ResourceOfRequest resource =
                        mounts.size() == 1
                                ? new PatternResource(governor, mounts.get(0) + path)
                                : new RouteResources(governor);
                guard(router.route(path).order(order), route.methods(), resource);
            }
        }
        if (hasParameters) {
            var parameters = new PathParameters();
            router.route().order(Integer.MIN_VALUE + 1).handler(parameters.remember());
            router.route().order(order + 1).handler(parameters.restore());
        }
    }

    private void guard(Route before, Set<HttpMethod> methods, ResourceOfRequest resource) {
        if (methods != null) {
            methods.forEach(before::method);
        }
        before.handler(new FirstGuard(resource));
    }

    /** Gives requests their colour. A rerouted request comes here again. */
    private final class Begin implements PlatformHandler {

        @Override
        public void handle(RoutingContext context) {
            context.remove(GUARDED);
            server.colour(context.request());
            context.next();
        }
    }

    /** Guards a request unless an earlier route of the router did. */
    private final class FirstGuard implements PlatformHandler {

        private final ResourceOfRequest resource;

        FirstGuard(ResourceOfRequest resource) {
            this.resource = resource;
        }

        @Override
        public void handle(RoutingContext context) {
            if (context.get(GUARDED) != null) {
                context.next();
                return;
            }
            context.put(GUARDED, true);
            server.admit(context, resource.guard(context));
        }
    }
}
