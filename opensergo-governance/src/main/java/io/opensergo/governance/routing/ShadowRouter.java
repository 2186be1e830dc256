package io.opensergo.governance.routing;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/**
 * A router that decides nothing and counts the requests it would have decided, were it no shadow
 * and all else as it is; and what of its actions would have been done.
 *
 * @param router the router
 * @param own the router alone
 * @param taken the requests counted
 * @param next the decision of the entry of a rank for one request
 */
record ShadowRouter(
        CompiledRouter router, RouterIndex own, LongAdder taken, IntFunction<RouteDecision> next) {

    /** Counts a request that was decided by the entry of a rank. */
    void count(RequestView request, int rank, RouterIndex active) {
        int bound = bound(request, rank, active);
        int found = own.searchAll(request, bound);
        if (found < bound) {
            taken.increment();
            count(next.apply(found));
        }
    }

    /** Counts what would have been done; a delegate that others follow counts for them alone. */
    private void count(RouteDecision decision) {
        RouteActions actions = decision.actions();
        if (actions.isEmpty() || !router.id().equals(decision.router())) {
            return;
        }
        boolean ends = false;
        if (actions.faults() != null) {
            long unused = actions.faults().nextDelayNanos();
            ends = actions.faults().nextAbort() != null;
        }
        if (actions.mirror() != null && !ends && !actions.isAnswer()) {
            boolean unused = actions.mirror().next();
        }
    }

    /** Returns the rank that an entry must be below to come first. */
    private int bound(RequestView request, int rank, RouterIndex active) {
        String host = request.host();
        if (host == null || router.hosts().isEmpty()) {
            return rank;
        }
        int specificity = own.specificity(host);
        int present = active.specificity(host);
        if (specificity == HostPatterns.NONE || specificity < present) {
            return 0;
        }
        // A more specific host takes the request away from all routers but those without hosts.
        return specificity == present ? rank : active.searchHostless(request);
    }
}
