package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The resource of a request by the route that is handling it and those at which its router is
 * mounted, looked up by the routes themselves: there are no more resources than the application has
 * declared.
 *
 * <p>Only internals of vertx-web tell the routes of the mounts; {@code mountPoint()} is text of the
 * request.
 */
final class RouteResources implements ResourceOfRequest {

    private static final String ANY_MOUNT = "*";

    private final Governor governor;
    private final Map<Route, Place> routes = new ConcurrentHashMap<>();

    RouteResources(Governor governor) {
        this.governor = governor;
    }

    @Override
    public Guard guard(RoutingContext context) {
        Route route = context.currentRoute();
        Place place = routes.get(route);
        if (place == null) {
            place = routes.computeIfAbsent(route, added -> new Place(Patterns.of(added)));
        }
        if (context.mountPoint() == null) {
            return place.resource.guard(context);
        }
        if (!(context instanceof RoutingContextInternal inner)) {
            return place.mountedAnywhere.guard(context);
        }
        for (var mount = inner.parent(); mount != null; mount = mount.parent()) {
            place = place.mountedAt(mount.currentRoute());
        }
        return place.resource.guard(context);
    }

    /** A route below none, some or all of its mounts. */
    private final class Place {

        private final String pattern;
        private final PatternResource resource;
        private final PatternResource mountedAnywhere;
        private final Map<Route, Place> mounted = new ConcurrentHashMap<>(2);

        Place(String pattern) {
            this.pattern = pattern;
            this.resource = new PatternResource(governor, pattern);
            this.mountedAnywhere = new PatternResource(governor, ANY_MOUNT + pattern);
        }

        Place mountedAt(@Nullable Route mount) {
            if (mount == null) {
                return this;
            }
            Place known = mounted.get(mount);
            return known == null
                    ? mounted.computeIfAbsent(
                            mount, route -> new Place(Patterns.ofMount(route) + pattern))
                    : known;
        }
    }
}
