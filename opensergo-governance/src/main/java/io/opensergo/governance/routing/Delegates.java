package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.Delegate;
import io.opensergo.rules.traffic.HttpMatch;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Puts the routes of other routers where a route hands its requests on, as Istio does: their
 * conditions hold together with those of the route, and what they do not say holds as the route
 * says it. A router without hosts that another hands requests to is there for this only.
 *
 * <p>A route whose delegate is not there, or leads back to itself, has no destination: the caller's
 * own routing applies. For one compilation.
 */
final class Delegates {

    /** Routers that hand on to each other in many ways could have more routes than memory. */
    private static final int MAX_ALTERNATIVES = 10_000;

    private static final HttpMatch ANY = HttpMatch.builder().build();

    private final Map<RuleId, TrafficRouter> routers = new HashMap<>();
    private final Set<RuleId> named = new HashSet<>();
    private final List<RouteProblem> problems;

    /** How many alternatives the router that is expanded has by now. */
    private int alternatives;

    Delegates(List<TrafficRouter> all, List<RouteProblem> problems) {
        this.problems = problems;
        for (TrafficRouter router : all) {
            routers.putIfAbsent(router.id(), router);
            router.http().stream()
                    .filter(route -> route.delegate() != null)
                    .forEach(route -> named.add(idOf(route, router.id())));
        }
    }

    /** Returns some routers and those that they hand requests to, directly or not. */
    static Set<RuleId> reachedFrom(Set<RuleId> some, List<TrafficRouter> all) {
        Set<RuleId> reached = new HashSet<>(some);
        boolean hasMore = true;
        while (hasMore) {
            Set<RuleId> next =
                    all.stream()
                            .filter(router -> reached.contains(router.id()))
                            .flatMap(
                                    router ->
                                            router.http().stream()
                                                    .filter(route -> route.delegate() != null)
                                                    .map(route -> idOf(route, router.id())))
                            .collect(Collectors.toSet());
            hasMore = reached.addAll(next);
        }
        return reached;
    }

    /** Returns whether a router is there only for others to hand requests to. */
    boolean isOnlyDelegate(TrafficRouter router) {
        return router.hosts().isEmpty() && named.contains(router.id());
    }

    private static RuleId idOf(HttpRoute route, RuleId from) {
        Delegate delegate = route.delegate();
        String name = delegate == null || delegate.name() == null ? "" : delegate.name();
        String namespace = delegate == null ? null : delegate.namespace();
        return new RuleId(from.kind(), namespace == null ? from.namespace() : namespace, name);
    }

    /** Returns the routes of a router in their order, those of others at their places. */
    List<ExpandedRoute> expand(TrafficRouter router) {
        alternatives = 0;
        List<ExpandedRoute> routes = new ArrayList<>(router.http().size());
        expand(router, null, new LinkedHashSet<>(), routes);
        return routes;
    }

    private void expand(
            TrafficRouter router,
            @Nullable ExpandedRoute from,
            Set<RuleId> path,
            List<ExpandedRoute> routes) {
        path.add(router.id());
        for (int i = 0; i < router.http().size(); i++) {
            HttpRoute written = router.http().get(i);
            ExpandedRoute route = join(from, router, written, i);
            alternatives += route.alternatives().size();
            if (alternatives > MAX_ALTERNATIVES) {
                report(
                        router.id(),
                        "has more than %d alternatives with its delegates; those beyond are left out"
                                .formatted(MAX_ALTERNATIVES));
                break;
            }
            TrafficRouter next = written.delegate() == null ? null : delegate(router, route, path);
            if (next == null) {
                routes.add(route);
            } else {
                expand(next, route, path, routes);
            }
        }
        path.remove(router.id());
    }

    private @Nullable TrafficRouter delegate(
            TrafficRouter router, ExpandedRoute route, Set<RuleId> path) {
        RuleId id = idOf(route.route(), router.id());
        String where = "hands " + route.place() + " to TrafficRouter '" + id.name() + "'";
        if (isAnswered(route.route())) {
            report(router.id(), where + " and decides itself; the delegate is left out");
            return null;
        }
        TrafficRouter next = routers.get(id);
        if (next == null || next.metadata().isShadow()) {
            String reason = next == null ? "is not there in " + id.namespace() : "is a shadow";
            report(router.id(), where + ", which " + reason + "; the caller's own routing applies");
            return null;
        }
        if (path.contains(id)) {
            report(
                    router.id(),
                    where
                            + ", from which its requests come: a cycle; the caller's own routing"
                            + " applies");
            return null;
        }
        return next;
    }

    private static boolean isAnswered(HttpRoute route) {
        return !route.route().isEmpty()
                || route.redirect() != null
                || route.directResponse() != null;
    }

    private void report(RuleId router, String message) {
        problems.add(new RouteProblem(RouteProblem.Type.DELEGATE, router, message));
    }

    private static ExpandedRoute join(
            @Nullable ExpandedRoute from, TrafficRouter router, HttpRoute route, int index) {
        String place = "http[" + index + "]";
        List<List<HttpMatch>> own =
                (route.match().isEmpty() ? List.of(ANY) : route.match())
                        .stream().map(List::of).toList();
        if (from == null) {
            return new ExpandedRoute(router.id(), route, own, place);
        }
        List<List<HttpMatch>> both = new ArrayList<>();
        for (List<HttpMatch> outer : from.alternatives()) {
            for (List<HttpMatch> inner : own) {
                List<HttpMatch> all = new ArrayList<>(outer);
                all.addAll(inner);
                both.add(all);
            }
        }
        return new ExpandedRoute(router.id(), merge(from.route(), route), both, place);
    }

    /** What a route does not say, holds as the one that hands requests to it says. */
    private static HttpRoute merge(HttpRoute outer, HttpRoute inner) {
        return inner.toBuilder()
                .name(inner.name() == null ? outer.name() : inner.name())
                .rewrite(inner.rewrite() == null ? outer.rewrite() : inner.rewrite())
                .timeout(inner.timeout() == null ? outer.timeout() : inner.timeout())
                .retries(inner.retries() == null ? outer.retries() : inner.retries())
                .fault(inner.fault() == null ? outer.fault() : inner.fault())
                .mirror(inner.mirror() == null ? outer.mirror() : inner.mirror())
                .mirrorRatio(inner.mirror() == null ? outer.mirrorRatio() : inner.mirrorRatio())
                .corsPolicy(inner.corsPolicy() == null ? outer.corsPolicy() : inner.corsPolicy())
                .headers(inner.headers() == null ? outer.headers() : inner.headers())
                .build();
    }
}
