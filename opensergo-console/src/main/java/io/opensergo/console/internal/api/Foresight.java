package io.opensergo.console.internal.api;

import io.opensergo.controlplane.ReportedDecisions;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom a rate limit that is new or changed would refuse by the traffic of the last five minutes: a
 * comparison of what it lets pass with the busiest five seconds that were observed. Of other
 * strategies nothing is said, as they depend on what has not happened.
 *
 * @param resource the resource
 * @param direction which way its requests go
 * @param strategy the rate limit
 * @param limitPerSecond what it lets pass in a second, of all instances that report together
 * @param peakPerSecond what came in a second of the busiest five
 * @param instances how many instances report
 * @param wouldRefuse whether that is more than it lets pass
 */
record Foresight(
        String resource,
        String direction,
        String strategy,
        double limitPerSecond,
        double peakPerSecond,
        int instances,
        boolean wouldRefuse) {

    static List<Foresight> of(ReportedDecisions reported, PlanView before, PlanView after) {
        List<Foresight> all = new ArrayList<>();
        for (ReportedDecisions.Resource each : reported.resources()) {
            List<Rule> was = before.resources().getOrDefault(each.name(), List.of());
            for (Rule rule : after.resources().getOrDefault(each.name(), List.of())) {
                if (rule instanceof RateLimitStrategy limit && !was.contains(rule)) {
                    all.add(of(each, limit));
                }
            }
        }
        return all;
    }

    private static Foresight of(ReportedDecisions.Resource resource, RateLimitStrategy limit) {
        double perSecond = limit.threshold() / (limit.statDuration().toMillis() / 1000.0);
        boolean isEach = limit.limitMode() == LimitMode.LOCAL;
        double allowed = isEach ? perSecond * Math.max(1, resource.instances()) : perSecond;
        return new Foresight(
                resource.name(),
                resource.outbound() ? "outbound" : "inbound",
                limit.name(),
                Math.round(allowed * 100) / 100.0,
                Math.round(resource.peakPerSecond() * 100) / 100.0,
                resource.instances(),
                resource.peakPerSecond() > allowed);
    }
}
