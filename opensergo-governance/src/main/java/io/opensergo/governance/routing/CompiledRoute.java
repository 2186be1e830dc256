package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.HttpRoute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route with its decisions made in advance; only the weighted pick is left. */
final class CompiledRoute {

    private final HttpRoute route;
    private final List<List<Condition>> matches;
    private final RouteDecision[] decisions;

    /** Picks one of the decisions, or {@code null} if it is always the same. */
    private final @Nullable WeightedWalk walk;

    /**
     * Makes a route.
     *
     * @param matches the conditions of each entry of {@code match}; one entry at least
     * @param decisions one for each destination that a pick may return; one at least
     */
    CompiledRoute(
            HttpRoute route,
            List<List<Condition>> matches,
            List<RouteDecision> decisions,
            @Nullable WeightedWalk walk) {
        this.route = route;
        this.matches = matches;
        this.decisions = decisions.toArray(RouteDecision[]::new);
        this.walk = walk;
    }

    HttpRoute route() {
        return route;
    }

    List<List<Condition>> matches() {
        return matches;
    }

    /** Returns the decision for every request, or {@code null} if there are several. */
    @Nullable RouteDecision only() {
        return walk == null ? decisions[0] : null;
    }

    /** Returns the decision for this request. */
    RouteDecision next() {
        return decisions[walk == null ? 0 : walk.next()];
    }

    /** Returns what {@link #next()} returns if nothing comes in between. */
    RouteDecision peek() {
        return decisions[walk == null ? 0 : walk.peek()];
    }
}
