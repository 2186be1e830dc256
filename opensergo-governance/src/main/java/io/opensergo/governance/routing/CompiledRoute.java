package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.HttpRoute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route ready to be indexed.
 *
 * @param route the route
 * @param alternatives one for each entry of {@code match}, at least one
 */
record CompiledRoute(HttpRoute route, List<Alternative> alternatives) {

    /** A way to hold, with its decisions made in advance; only the weighted pick is left. */
    static final class Alternative {

        private final List<Condition> conditions;
        private final RouteDecision[] decisions;

        /** Picks one of the decisions, or {@code null} if it is always the same. */
        private final @Nullable WeightedWalk walk;

        /**
         * Makes an alternative.
         *
         * @param conditions all that must hold
         * @param decisions one for each destination that a pick may return; one at least
         * @param walk of the route: its alternatives share it
         */
        Alternative(
                List<Condition> conditions,
                List<RouteDecision> decisions,
                @Nullable WeightedWalk walk) {
            this.conditions = conditions;
            this.decisions = decisions.toArray(RouteDecision[]::new);
            this.walk = walk;
        }

        List<Condition> conditions() {
            return conditions;
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
}
