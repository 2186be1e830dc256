package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.HttpRoute;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;

/**
 * What outlives a table: how far weighted picks got, for each route that did not change, what each
 * shadow counted, and where the seeds of further weighted picks come from.
 */
record RoutingState(
        Map<RouteKey, WeightedWalk> walks, Map<RuleId, LongAdder> shadows, Random seeds) {

    /** Returns the state before the first table. */
    static RoutingState of(long seed) {
        return new RoutingState(Map.of(), Map.of(), new Random(seed));
    }

    /** A route that has the same picks as long as it is equal. */
    record RouteKey(RuleId router, HttpRoute route) {}

    /** The state of a table that is being compiled: takes over what its predecessor has of it. */
    static final class Draft {

        private final RoutingState previous;
        private final Map<RouteKey, WeightedWalk> walks = new HashMap<>();
        private final Map<RuleId, LongAdder> shadows = new HashMap<>();

        Draft(RoutingState previous) {
            this.previous = previous;
        }

        /** Returns the walk of a route, which is started with a seed if it is a new one. */
        WeightedWalk walk(RuleId router, HttpRoute route, LongFunction<WeightedWalk> start) {
            var key = new RouteKey(router, route);
            WeightedWalk earlier = previous.walks.get(key);
            return walks.computeIfAbsent(
                    key, k -> earlier == null ? start.apply(previous.seeds.nextLong()) : earlier);
        }

        LongAdder shadow(RuleId router) {
            LongAdder earlier = previous.shadows.get(router);
            return shadows.computeIfAbsent(
                    router, id -> earlier == null ? new LongAdder() : earlier);
        }

        RoutingState finish() {
            return new RoutingState(Map.copyOf(walks), Map.copyOf(shadows), previous.seeds);
        }
    }
}
