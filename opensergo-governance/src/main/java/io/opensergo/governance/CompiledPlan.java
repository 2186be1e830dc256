package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.LeasedLimiter;
import io.opensergo.governance.internal.limiter.OverloadControl;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RouteTable;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A plan with everything that requests need; immutable, and swapped as a whole. */
record CompiledPlan(
        Plan summary,
        RuleBook book,
        int instances,
        Map<String, Protection> inbound,
        Map<String, Protection> outbound,
        Protection otherInbound,
        Protection otherOutbound,
        RouteTable routes,
        List<String> servedHosts,
        Lanes lanes) {

    /** Returns the checks of a resource; of none, or for the whole process, if no rule names it. */
    Protection protection(GuardedResource resource) {
        return resource.isInbound()
                ? inbound.getOrDefault(resource.name(), otherInbound)
                : outbound.getOrDefault(resource.name(), otherOutbound);
    }

    /** Returns the checks of every resource that rules name, of requests that go one way. */
    Map<String, Protection> protections(TrafficDirection direction) {
        return direction == TrafficDirection.INBOUND ? inbound : outbound;
    }

    /** Returns the checks of all resources that no rule names. */
    Protection others(TrafficDirection direction) {
        return direction == TrafficDirection.INBOUND ? otherInbound : otherOutbound;
    }

    private Stream<Protection> all() {
        return Stream.of(
                        inbound.values().stream(),
                        outbound.values().stream(),
                        Stream.of(otherInbound, otherOutbound))
                .flatMap(each -> each);
    }

    /** Returns whether a limit is divided by the number of instances. */
    boolean dependsOnInstances() {
        return all().anyMatch(each -> each.checks.dependOnInstances());
    }

    /** Returns every limiter that leases permits. */
    Set<LeasedLimiter> leases() {
        Set<LeasedLimiter> leases = new HashSet<>();
        all().forEach(
                        protection -> {
                            for (Check.Quota quota : protection.checks.quotas()) {
                                leases.add(quota.limiter);
                            }
                        });
        return leases;
    }

    /** Returns every control that requests may ask; if there is none, the load does not matter. */
    Set<OverloadControl> overloadControls() {
        Set<OverloadControl> controls = new HashSet<>();
        all().forEach(each -> each.checks.addOverloadControls(controls));
        return controls;
    }
}
