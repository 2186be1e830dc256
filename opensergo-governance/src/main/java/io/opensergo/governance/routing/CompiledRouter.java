package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;
import java.util.ArrayList;
import java.util.List;

/**
 * A router ready to be indexed.
 *
 * @param position its place among the routers
 * @param id its identity
 * @param isShadow whether it decides nothing
 * @param writtenHosts its hosts as the rule writes them
 * @param hosts the same as patterns
 * @param routes its routes in order
 * @param firstRank the rank of its first entry of {@code match}; the others follow in order
 */
record CompiledRouter(
        int position,
        RuleId id,
        boolean isShadow,
        List<String> writtenHosts,
        HostPatterns hosts,
        List<CompiledRoute> routes,
        int firstRank) {

    /** Returns its entries of {@code match}, without those that never hold in this process. */
    List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        int rank = firstRank;
        for (CompiledRoute route : routes) {
            for (CompiledRoute.Alternative alternative : route.alternatives()) {
                List<Condition> match = alternative.conditions();
                if (match.stream().noneMatch(CompiledRouter::neverHolds)) {
                    candidates.add(Candidate.of(rank, onRequest(match)));
                }
                rank++;
            }
        }
        return candidates;
    }

    /** Returns whether it has a route for every request of its hosts. */
    boolean decidesEveryRequest() {
        return routes.stream()
                .flatMap(route -> route.alternatives().stream())
                .anyMatch(each -> each.conditions().stream().allMatch(CompiledRouter::alwaysHolds));
    }

    private static boolean alwaysHolds(Condition condition) {
        return condition instanceof Condition.OfProcess ofProcess && ofProcess.holds();
    }

    private static boolean neverHolds(Condition condition) {
        return condition instanceof Condition.OfProcess ofProcess && !ofProcess.holds();
    }

    private static List<Condition> onRequest(List<Condition> match) {
        return match.stream().filter(each -> !(each instanceof Condition.OfProcess)).toList();
    }
}
