package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;

/** A circuit breaker rule that comes from OpenSergo. Equal only to one of the same origin. */
final class GovernedDegradeRule extends DegradeRule implements Governed {

    private final RuleOrigin origin;

    GovernedDegradeRule(String resource, RuleOrigin origin) {
        super(resource);
        this.origin = origin;
        setId(StableId.of(origin, resource));
    }

    @Override
    public RuleOrigin origin() {
        return origin;
    }

    /**
     * Sentinel keeps the breaker of an equal rule over an update; two that are alike by chance must
     * not share one, which would count each call twice.
     */
    @Override
    public boolean equals(Object other) {
        return super.equals(other) && origin.equals(((GovernedDegradeRule) other).origin);
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
