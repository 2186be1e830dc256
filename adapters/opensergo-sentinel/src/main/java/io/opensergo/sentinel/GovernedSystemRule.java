package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.system.SystemRule;

/** A system rule that comes from OpenSergo. Equal only to one of the same origin. */
final class GovernedSystemRule extends SystemRule implements Governed {

    private final RuleOrigin origin;

    GovernedSystemRule(RuleOrigin origin) {
        this.origin = origin;
        setId(StableId.of(origin, ""));
    }

    @Override
    public RuleOrigin origin() {
        return origin;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GovernedSystemRule rule
                && super.equals(other)
                && origin.equals(rule.origin);
    }

    @Override
    public int hashCode() {
        return 31 * super.hashCode() + origin.hashCode();
    }

    /** Returns what Sentinel says of the rule, and where it comes from. */
    @Override
    public String toString() {
        return super.toString() + " of " + origin.strategy();
    }
}
