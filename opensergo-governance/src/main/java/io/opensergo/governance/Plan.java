package io.opensergo.governance;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a governor decides by, compiled from the rules of one moment.
 *
 * @param number counts the plans of a governor, from 0, which has no rules
 * @param compiledAt when it was compiled
 * @param versions the version of each kind's rules, by the name of the kind; 0 for rules without
 *     one
 * @param resources the names of the resources that rules protect
 * @param routers the names of the routers in force
 * @param problems what could not be used, and why; the rest is in force
 */
public record Plan(
        long number,
        Instant compiledAt,
        Map<String, Long> versions,
        Set<String> resources,
        List<String> routers,
        List<PlanProblem> problems) {

    public Plan {
        versions = Map.copyOf(versions);
        resources = Set.copyOf(resources);
        routers = List.copyOf(routers);
        problems = List.copyOf(problems);
    }
}
