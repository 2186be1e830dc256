package io.opensergo.governance.routing;

import io.opensergo.rules.RuleId;

/**
 * How often what a router asks for has been done, since the first table that had it; of a router
 * that is a shadow, how often it would have been. Edits of the router do not begin anew. Immutable.
 *
 * @param router the router that the routes stand in, which may be a delegate
 * @param shadow whether it is a shadow, whose requests are neither held up nor ended nor copied
 * @param delayed requests that a fault held up
 * @param aborted requests that a fault ended
 * @param retried attempts after the first; 0 of a shadow, as nobody knows how its requests end
 * @param outOfBudget retries that the router asked for and the budget did not allow
 * @param copied requests that were copied
 */
public record RouteStats(
        RuleId router,
        boolean shadow,
        long delayed,
        long aborted,
        long retried,
        long outOfBudget,
        long copied) {

    /** Returns the sum of both. */
    RouteStats plus(RouteStats other) {
        return new RouteStats(
                router,
                shadow,
                delayed + other.delayed,
                aborted + other.aborted,
                retried + other.retried,
                outOfBudget + other.outOfBudget,
                copied + other.copied);
    }
}
