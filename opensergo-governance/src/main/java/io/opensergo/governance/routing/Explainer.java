package io.opensergo.governance.routing;

import io.opensergo.governance.routing.RouteExplanation.ConditionTrial;
import io.opensergo.governance.routing.RouteExplanation.MatchTrial;
import io.opensergo.governance.routing.RouteExplanation.RouteTrial;
import io.opensergo.governance.routing.RouteExplanation.RouterTrial;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides one request the plain way, condition after condition, and writes down each step. */
final class Explainer {

    private final List<CompiledRouter> routers;
    private final RequestView request;

    /** The host, or {@code null} if the request does not say. */
    private final @Nullable String host;

    /** How specific the pattern is that selects the host. */
    private final int specificity;

    private CompiledRoute.@Nullable Alternative decided;

    Explainer(List<CompiledRouter> routers, RequestView request) {
        this.routers = routers;
        this.request = request;
        String host = request.host();
        this.host = host;
        this.specificity =
                host == null
                        ? HostPatterns.NONE
                        : routers.stream()
                                .filter(router -> !router.isShadow())
                                .mapToInt(router -> router.hosts().specificity(host))
                                .max()
                                .orElse(HostPatterns.NONE);
    }

    /**
     * Explains the decision.
     *
     * @param isServed whether it is a request that this process serves, and not a call
     */
    RouteExplanation explain(boolean isServed) {
        List<RouterTrial> trials = new ArrayList<>(routers.size());
        for (CompiledRouter router : routers) {
            trials.add(tryRouter(router));
        }
        RouteDecision decision = decided == null ? RouteDecision.NOT_FOUND : decided.peek();
        return new RouteExplanation(
                0, decision, trials, ActionExplainer.explain(decision, request, isServed));
    }

    private RouterTrial tryRouter(CompiledRouter router) {
        if (decided != null && !router.isShadow()) {
            return trial(router, false, "a router before it decides", List.of());
        }
        if (router.hosts().isEmpty()) {
            return tryRoutes(router, "it has no hosts");
        }
        if (host == null) {
            return tryRoutes(router, "the request does not say its host");
        }
        int own = router.hosts().specificity(host);
        String hosts = "its hosts " + router.writtenHosts();
        if (own == HostPatterns.NONE) {
            return trial(router, false, hosts + " do not include '" + host + "'", List.of());
        }
        if (own < specificity) {
            String reason = "another router has a more specific host than " + hosts;
            return trial(router, false, reason, List.of());
        }
        return tryRoutes(router, hosts + " include '" + host + "'");
    }

    private RouterTrial tryRoutes(CompiledRouter router, String reason) {
        List<RouteTrial> trials = new ArrayList<>();
        CompiledRoute.Alternative matching = firstMatching(router, trials);
        if (matching != null && !router.isShadow()) {
            decided = matching;
        }
        return trial(router, true, reason, trials);
    }

    private static RouterTrial trial(
            CompiledRouter router, boolean tried, String reason, List<RouteTrial> routes) {
        return new RouterTrial(router.id(), router.isShadow(), tried, reason, routes);
    }

    private CompiledRoute.@Nullable Alternative firstMatching(
            CompiledRouter router, List<RouteTrial> trials) {
        for (int i = 0; i < router.routes().size(); i++) {
            CompiledRoute route = router.routes().get(i);
            RouteTrial trial = tryRoute(i, route);
            trials.add(trial);
            if (trial.matched()) {
                return route.alternatives().get(trial.matches().size() - 1);
            }
        }
        return null;
    }

    private RouteTrial tryRoute(int index, CompiledRoute route) {
        List<MatchTrial> matches = new ArrayList<>();
        boolean matched = false;
        for (int i = 0; i < route.alternatives().size() && !matched; i++) {
            List<ConditionTrial> conditions =
                    route.alternatives().get(i).conditions().stream()
                            .map(this::tryCondition)
                            .toList();
            matched = conditions.stream().allMatch(ConditionTrial::held);
            matches.add(new MatchTrial(i, matched, conditions));
        }
        return new RouteTrial(index, route.route().name(), matched, matches);
    }

    private ConditionTrial tryCondition(Condition condition) {
        return new ConditionTrial(
                condition.subject(),
                condition.expected(),
                condition.found(request),
                condition.holds(request));
    }
}
