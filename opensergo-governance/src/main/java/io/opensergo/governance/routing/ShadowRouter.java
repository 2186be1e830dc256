package io.opensergo.governance.routing;

import java.util.concurrent.atomic.LongAdder;

/**
 * A router that decides nothing and counts the requests it would have decided, were it no shadow
 * and all else as it is.
 *
 * @param router the router
 * @param own the router alone
 * @param taken the requests counted
 */
record ShadowRouter(CompiledRouter router, RouterIndex own, LongAdder taken) {

    /** Counts a request that was decided by the entry of a rank. */
    void count(RequestView request, int rank, RouterIndex active) {
        int bound = bound(request, rank, active);
        if (own.searchAll(request, bound) < bound) {
            taken.increment();
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
