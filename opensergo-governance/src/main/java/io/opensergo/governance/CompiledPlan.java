package io.opensergo.governance;

import java.util.Map;

/** A plan with everything that requests need; immutable, and swapped as a whole. */
record CompiledPlan(
        Plan summary, int instances, Map<String, Protection> protections, Protection unprotected) {

    /** Returns the checks of a resource; of none, or for the whole process, if no rule names it. */
    Protection protection(String resource) {
        return protections.getOrDefault(resource, unprotected);
    }

    /** Returns whether a decision needs the load. */
    boolean measuresLoad() {
        return unprotected.checks.hasOverload()
                || protections.values().stream().anyMatch(one -> one.checks.hasOverload());
    }
}
