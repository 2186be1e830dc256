package io.opensergo.governance.routing;

import io.opensergo.governance.action.PathRewrite;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.RouteDestination;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compiles routers one after the other and gives each entry of {@code match} its rank. */
final class RouterCompiler {

    private final Subsets subsets;
    private final WorkloadIdentity self;
    private final RoutingState.Draft state;
    private final Delegates delegates;
    private final List<RouteProblem> problems;

    /** The routers that the servers of this application apply by themselves. */
    private final Set<RuleId> served;

    /** The hosts of the routers so far, qualified. */
    private final Set<String> hosts = new HashSet<>();

    /** Whether one of them has a pattern of hosts, or none, so that it may have any. */
    private boolean otherHosts;

    private int nextPosition;
    private int nextRank;

    RouterCompiler(
            Subsets subsets,
            WorkloadIdentity self,
            RoutingState.Draft state,
            Delegates delegates,
            List<RouteProblem> problems,
            Set<RuleId> served) {
        this.subsets = subsets;
        this.self = self;
        this.state = state;
        this.delegates = delegates;
        this.problems = problems;
        this.served = served;
    }

    CompiledRouter compile(TrafficRouter router) {
        int firstRank = nextRank;
        List<ExpandedRoute> expanded = delegates.expand(router);
        boolean isFirst = isFirstOfItsHosts(router);
        List<CompiledRoute> routes = new ArrayList<>(expanded.size());
        for (int i = 0; i < expanded.size(); i++) {
            List<ExpandedRoute> earlier = isFirst ? expanded.subList(0, i) : null;
            CompiledRoute compiled = compile(expanded.get(i), earlier, router);
            routes.add(compiled);
            nextRank += compiled.alternatives().size();
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

    /** Whether no router is tried before it, for any of its hosts. */
    private boolean isFirstOfItsHosts(TrafficRouter router) {
        boolean isFirst = !otherHosts && (hosts.isEmpty() || !router.hosts().isEmpty());
        for (String host : router.hosts()) {
            if (host.contains("*")) {
                isFirst &= hosts.isEmpty();
                otherHosts = true;
            } else {
                isFirst &= hosts.add(ServiceName.qualify(host, router.metadata().namespace()));
            }
        }
        otherHosts |= router.hosts().isEmpty();
        return isFirst;
    }

    private CompiledRoute compile(
            ExpandedRoute expanded, @Nullable List<ExpandedRoute> earlier, TrafficRouter router) {
        HttpRoute route = expanded.route();
        List<RouteDestination> destinations = possible(route.route());
        WeightedWalk walk = walk(route, destinations, expanded.router());
        var actions = new ActionCompiler(expanded, earlier, subsets, state, problems);
        List<RouteDecision> decisions =
                decisions(expanded, destinations, actions, served.contains(router.id()));
        List<CompiledRoute.Alternative> alternatives = new ArrayList<>();
        for (List<HttpMatch> all : expanded.alternatives()) {
            PathRewrite rewrite = actions.rewrite(all);
            alternatives.add(
                    new CompiledRoute.Alternative(
                            conditions(all, router.gateways()),
                            rewrite == null ? decisions : rewritten(decisions, rewrite),
                            walk));
        }
        return new CompiledRoute(route, List.copyOf(alternatives));
    }

    /** The gateways of a router hold for what it hands to others as well. */
    private List<Condition> conditions(List<HttpMatch> all, List<String> gateways) {
        if (all.size() == 1) {
            return Conditions.of(all.get(0), gateways, self);
        }
        List<Condition> conditions = new ArrayList<>(Conditions.of(all.get(0), gateways, self));
        all.subList(1, all.size())
                .forEach(match -> conditions.addAll(Conditions.of(match, List.of(), self)));
        return List.copyOf(conditions);
    }

    private List<RouteDecision> decisions(
            ExpandedRoute expanded,
            List<RouteDestination> destinations,
            ActionCompiler actions,
            boolean isServed) {
        RouteActions common = actions.compile();
        if (destinations.isEmpty()) {
            RouteActions own = actions.at(common, null);
            RouteActions left = (isServed ? own.ofCaller() : own).orNone();
            return List.of(
                    new RouteDecision(expanded.router(), expanded.route(), null, null, null, left));
        }
        List<RouteDecision> decisions = new ArrayList<>(destinations.size());
        for (RouteDestination destination : destinations) {
            RouteActions own = actions.at(common, destination);
            RouteActions left = (isServed ? own.ofCaller() : own).orNone();
            decisions.add(decision(expanded, destination, left));
        }
        return decisions;
    }

    private static List<RouteDecision> rewritten(
            List<RouteDecision> decisions, PathRewrite rewrite) {
        return decisions.stream().map(each -> each.with(each.actions().with(rewrite))).toList();
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

    private RouteDecision decision(
            ExpandedRoute expanded, RouteDestination target, RouteActions actions) {
        String namespace = expanded.router().namespace();
        Destination destination = target.destination();
        InstanceGroup group = subsets.group(destination.host(), destination.subset(), namespace);
        return new RouteDecision(
                expanded.router(),
                expanded.route(),
                target,
                group,
                subsets.fallback(destination, namespace),
                actions);
    }
}
