package io.opensergo.governance.routing;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles routers one after the other and gives each entry of {@code match} its rank. */
final class RouterCompiler {

    private final Subsets subsets;
    private final WorkloadIdentity self;
    private final RoutingState.Draft state;
    private int nextPosition;
    private int nextRank;

    RouterCompiler(Subsets subsets, WorkloadIdentity self, RoutingState.Draft state) {
        this.subsets = subsets;
        this.self = self;
        this.state = state;
    }

    CompiledRouter compile(TrafficRouter router) {
        int firstRank = nextRank;
        List<CompiledRoute> routes = new ArrayList<>(router.http().size());
        for (HttpRoute route : router.http()) {
            CompiledRoute compiled = compile(route, router);
            routes.add(compiled);
            nextRank += compiled.matches().size();
        }
        Metadata metadata = router.metadata();
        return new CompiledRouter(
                nextPosition++,
                router.id(),
                metadata.isShadow(),
                router.hosts(),
                new HostPatterns(router.hosts(), metadata.namespace()),
                List.copyOf(routes),
                firstRank);
    }

    private CompiledRoute compile(HttpRoute route, TrafficRouter router) {
        List<String> gateways = router.gateways();
        List<List<Condition>> matches =
                route.match().isEmpty()
                        ? List.of(Conditions.ofAny(gateways, self))
                        : route.match().stream()
                                .map(match -> Conditions.of(match, gateways, self))
                                .toList();
        List<RouteDestination> destinations = possible(route.route());
        List<RouteDecision> decisions = new ArrayList<>(destinations.size());
        for (RouteDestination destination : destinations) {
            decisions.add(decision(route, destination, router));
        }
        if (decisions.isEmpty()) {
            decisions.add(new RouteDecision(router.id(), route, null, null, null));
        }
        return new CompiledRoute(route, matches, decisions, walk(route, destinations, router.id()));
    }

    /**
     * Returns the destinations that requests may go to: those with a weight, as one that is not
     * given is 0 as in Istio; or all, if none has one, a single one in particular.
     */
    private static List<RouteDestination> possible(List<RouteDestination> destinations) {
        List<RouteDestination> weighted =
                destinations.stream().filter(each -> weight(each) > 0).toList();
        return weighted.isEmpty() ? destinations : weighted;
    }

    private static int weight(RouteDestination destination) {
        return destination.weight() == null ? 0 : destination.weight();
    }

    private @Nullable WeightedWalk walk(
            HttpRoute route, List<RouteDestination> destinations, RuleId router) {
        if (destinations.size() < 2) {
            return null;
        }
        return state.walk(
                router,
                route,
                seed ->
                        new WeightedWalk(
                                destinations.stream()
                                        .mapToLong(each -> Math.max(1, weight(each)))
                                        .toArray(),
                                seed));
    }

    private RouteDecision decision(HttpRoute route, RouteDestination target, TrafficRouter router) {
        String namespace = router.metadata().namespace();
        Destination destination = target.destination();
        InstanceGroup group = subsets.group(destination.host(), destination.subset(), namespace);
        return new RouteDecision(
                router.id(), route, target, group, fallback(destination, namespace));
    }

    private RouteDecision.@Nullable Fallback fallback(Destination destination, String namespace) {
        Destination.Fallback fallback = destination.fallback();
        if (fallback == null) {
            return null;
        }
        boolean isSameService =
                ServiceName.qualify(fallback.host(), namespace)
                        .equals(ServiceName.qualify(destination.host(), namespace));
        return new RouteDecision.Fallback(
                subsets.group(fallback.host(), fallback.subset(), namespace), isSameService);
    }
}
