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
import java.util.function.Consumer;

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
        mounts.forEach(
                (router, patterns) -> {
                    boolean haveParameters = guardRoutes(router, patterns);
                    if (router == root) {
                        enter(root, context -> begin(context, haveParameters));
                    } else if (haveParameters) {
                        enter(router, PathParameters::remember);
                    }
                });
    }

    private static void enter(Router router, Consumer<RoutingContext> handler) {
        PlatformHandler passing =
                context -> {
                    handler.accept(context);
                    context.next();
                };
        router.route().order(Integer.MIN_VALUE).handler(passing);
    }

    /** Gives a request its colour. One that is rerouted comes here again. */
    private void begin(RoutingContext context, boolean haveParameters) {
        context.remove(GUARDED);
        if (haveParameters) {
            PathParameters.remember(context);
        }
        server.colour(context.request());
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

    /** Returns whether the path of a guard has parameters. */
    private boolean guardRoutes(Router router, List<String> mounts) {
        int order = Integer.MIN_VALUE;
        boolean haveParameters = false;
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && route.isExactPath()) {
                order++;
                String path = route.getPath();
                boolean hasParameters = path.indexOf(':') >= 0;
                haveParameters |= hasParameters;
                ResourceOfRequest resource =
                        mounts.size() == 1
                                ? new PatternResource(governor, mounts.get(0) + path)
                                : new RouteResources(governor);
                Route before = router.route(path).order(order);
                Set<HttpMethod> methods = route.methods();
                if (methods != null) {
                    methods.forEach(before::method);
                }
                before.handler(new FirstGuard(resource, hasParameters));
            }
        }
        return haveParameters;
    }

    /** Guards a request unless an earlier route of the router did. */
    private final class FirstGuard implements PlatformHandler {

        private final ResourceOfRequest resource;
        private final boolean hasParameters;

        FirstGuard(ResourceOfRequest resource, boolean hasParameters) {
            this.resource = resource;
            this.hasParameters = hasParameters;
        }

        @Override
        public void handle(RoutingContext context) {
            if (hasParameters) {
                PathParameters.restore(context);
            }
            if (context.get(GUARDED) != null) {
                context.next();
                return;
            }
            context.put(GUARDED, true);
            server.admit(context, resource.guard(context));
        }
    }
}
