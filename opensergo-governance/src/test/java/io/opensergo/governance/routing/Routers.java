package io.opensergo.governance.routing;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;

/** Short ways to write routers and requests. */
final class Routers {

    static final String NAMESPACE = "shop";
    static final String SUFFIX = ".shop.svc.cluster.local";

    private Routers() {}

    static Metadata metadata(String name) {
        return Metadata.of(NAMESPACE, "app", name);
    }

    static Metadata shadow(String name) {
        return metadata(name).withAnnotation(Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE);
    }

    /** Returns a router named for its first host. */
    static TrafficRouter router(List<String> hosts, HttpRoute... routes) {
        return router(hosts.isEmpty() ? "hostless" : hosts.get(0), hosts, routes);
    }

    static TrafficRouter router(String name, List<String> hosts, HttpRoute... routes) {
        return TrafficRouter.ofHttp(metadata(name), hosts, List.of(routes));
    }

    /** Returns a route for one condition, with a subset named for itself. */
    static HttpRoute route(String name, HttpMatch... matches) {
        return HttpRoute.builder()
                .name(name)
                .match(List.of(matches))
                .route(List.of(RouteDestination.of(Destination.of("service", name))))
                .build();
    }

    static RouteTable table(TrafficRouter... routers) {
        return seeded(1, routers);
    }

    /** Returns a table whose order of weighted picks begins at a seed. */
    static RouteTable seeded(long seed, TrafficRouter... routers) {
        return RouteTable.compile(List.of(routers), List.of(), WorkloadIdentity.unknown(), seed);
    }

    /** Returns the name of the route that holds, or "none". */
    static String nameOf(RouteDecision decision) {
        return decision.route() == null ? "none" : decision.route().name();
    }
}
