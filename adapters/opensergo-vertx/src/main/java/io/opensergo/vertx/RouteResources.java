package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The resource of a request by the route that is handling it, looked up by the route itself.
 *
 * <p>In a sub-router Vert.x tells where it is mounted as the text of the request's path. That is
 * the pattern of the mount only if the mount has no parameters, which shows in the parameters of
 * the request that the route itself has not got.
 */
final class RouteResources implements ResourceOfRequest {

    private static final String ANY_MOUNT = "*";

    private final Governor governor;
    private final Map<Route, OfRoute> routes = new ConcurrentHashMap<>();

    RouteResources(Governor governor) {
        this.governor = governor;
    }

    @Override
    public Guard guard(RoutingContext context) {
        Route route = context.currentRoute();
        OfRoute resources = routes.get(route);
        if (resources == null) {
            resources = routes.computeIfAbsent(route, OfRoute::new);
        }
        return resources.guard(context);
    }

    private final class OfRoute {

        private final String pattern;

        /** Of the route's own path; {@code null} for a regular expression, which does not tell. */
        private final @Nullable Set<String> parameters;

        private final PatternResource unmounted;
        private final PatternResource mountedAnywhere;
        private final Map<String, PatternResource> mounted = new ConcurrentHashMap<>();

        OfRoute(Route route) {
            pattern = Patterns.of(route);
            parameters = Patterns.isRegex(route) ? null : Patterns.parameters(pattern);
            unmounted = new PatternResource(governor, pattern);
            mountedAnywhere = new PatternResource(governor, ANY_MOUNT + pattern);
        }

        Guard guard(RoutingContext context) {
            String mount = context.mountPoint();
            if (mount == null) {
                return unmounted.guard(context);
            }
            return (isFixed(context) ? at(mount) : mountedAnywhere).guard(context);
        }

        private PatternResource at(String mount) {
            PatternResource known = mounted.get(mount);
            return known == null
                    ? mounted.computeIfAbsent(
                            mount,
                            path -> new PatternResource(governor, Patterns.join(path, pattern)))
                    : known;
        }

        private boolean isFixed(RoutingContext context) {
            if (parameters == null) {
                return false;
            }
            for (String name : context.pathParams().keySet()) {
                if (!name.equals(Patterns.REST) && !parameters.contains(name)) {
                    return false;
                }
            }
            return true;
        }
    }
}
