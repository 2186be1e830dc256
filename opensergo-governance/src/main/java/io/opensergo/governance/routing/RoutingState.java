package io.opensergo.governance.routing;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.action.FaultPolicy;
import io.opensergo.governance.action.RetryBudget;
import io.opensergo.governance.internal.sampling.Share;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.traffic.HttpRoute;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;

/**
 * What outlives a table: how far weighted picks got, for each route that did not change, what each
 * shadow counted, how far faults and copies got, and how many there were, what budgets of retries
 * are left, and where the seeds of further picks come from.
 */
record RoutingState(
        Map<RouteKey, WeightedWalk> walks,
        Map<RouteKey, FaultPolicy> faults,
        Map<RouteKey, Share> mirrors,
        Map<String, RetryBudget> budgets,
        Map<RuleId, LongAdder> shadows,
        Map<RuleId, RouteCounts> counts,
        Random seeds,
        Ticker ticker) {

    /** Returns the state before the first table. */
    static RoutingState of(long seed, Ticker ticker) {
        return new RoutingState(
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                new Random(seed),
                ticker);
    }

    /** A route that has the same picks as long as it is equal. */
    record RouteKey(RuleId router, HttpRoute route) {}

    /** The state of a table that is being compiled: takes over what its predecessor has of it. */
    static final class Draft {

        private final RoutingState previous;
        private final Map<RouteKey, WeightedWalk> walks = new HashMap<>();
        private final Map<RouteKey, FaultPolicy> faults = new HashMap<>();
        private final Map<RouteKey, Share> mirrors = new HashMap<>();
        private final Map<String, RetryBudget> budgets = new HashMap<>();
        private final Map<RuleId, LongAdder> shadows = new HashMap<>();
        private final Map<RuleId, RouteCounts> counts = new HashMap<>();

        Draft(RoutingState previous) {
            this.previous = previous;
        }

        /** Returns the walk of a route, which is started with a seed if it is a new one. */
        WeightedWalk walk(RuleId router, HttpRoute route, LongFunction<WeightedWalk> start) {
            var key = new RouteKey(router, route);
            WeightedWalk earlier = previous.walks.get(key);
            return walks.computeIfAbsent(
                    key, k -> earlier == null ? start.apply(nextSeed()) : earlier);
        }

        /** Returns the faults of a route, which go on where they are if it is no new one. */
        FaultPolicy faults(RuleId router, HttpRoute route, FaultPolicy made) {
            var key = new RouteKey(router, route);
            FaultPolicy earlier = previous.faults.get(key);
            return faults.computeIfAbsent(key, k -> earlier == null ? made : earlier);
        }

        /** Returns the share of requests of a route that are copied. */
        Share mirror(RuleId router, HttpRoute route, LongFunction<Share> start) {
            var key = new RouteKey(router, route);
            Share earlier = previous.mirrors.get(key);
            return mirrors.computeIfAbsent(
                    key, k -> earlier == null ? start.apply(nextSeed()) : earlier);
        }

        /** Returns the budget of retries of a destination, which outlives edits of its routes. */
        RetryBudget budget(String destination) {
            RetryBudget earlier = previous.budgets.get(destination);
            return budgets.computeIfAbsent(
                    destination, d -> earlier == null ? new RetryBudget(previous.ticker) : earlier);
        }

        long nextSeed() {
            return previous.seeds.nextLong();
        }

        LongAdder shadow(RuleId router) {
            LongAdder earlier = previous.shadows.get(router);
            return shadows.computeIfAbsent(
                    router, id -> earlier == null ? new LongAdder() : earlier);
        }

        /** Returns what counts the actions of a router that asks for some. */
        RouteCounts counts(RuleId router) {
            RouteCounts earlier = previous.counts.get(router);
            return counts.computeIfAbsent(
                    router, id -> earlier == null ? new RouteCounts() : earlier);
        }

        RoutingState finish() {
            return new RoutingState(
                    Map.copyOf(walks),
                    Map.copyOf(faults),
                    Map.copyOf(mirrors),
                    Map.copyOf(budgets),
                    Map.copyOf(shadows),
                    Map.copyOf(counts),
                    previous.seeds,
                    previous.ticker);
        }
    }
}
