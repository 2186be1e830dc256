package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.internal.limiter.OverloadControl;
import io.opensergo.governance.internal.rules.RuleBook;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RouteTable;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A plan with everything that requests need; immutable, and swapped as a whole. */
record CompiledPlan(
        Plan summary,
        RuleBook book,
        int instances,
        Map<String, Protection> protections,
        Protection unprotected,
        RouteTable routes,
        Lanes lanes) {

    /** Returns the checks of a resource; of none, or for the whole process, if no rule names it. */
    Protection protection(String resource) {
        return protections.getOrDefault(resource, unprotected);
    }

    /** Returns every limiter that leases permits. */
    Set<LeasedLimiter> leases() {
        Set<LeasedLimiter> leases = new HashSet<>();
        for (Protection protection : protections.values()) {
            for (Check.Quota quota : protection.checks.quotas()) {
                leases.add(quota.limiter);
            }
        }
        return leases;
    }

    /** Returns every control that requests may ask; if there is none, the load does not matter. */
    Set<OverloadControl> overloadControls() {
        Set<OverloadControl> controls = new HashSet<>();
        unprotected.checks.addOverloadControls(controls);
        protections.values().forEach(each -> each.checks.addOverloadControls(controls));
        return controls;
    }
}
