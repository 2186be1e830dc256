package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;

/** A flow rule that comes from OpenSergo. Equal only to one of the same origin. */
final class GovernedFlowRule extends FlowRule implements Governed {

    private final RuleOrigin origin;

    GovernedFlowRule(String resource, RuleOrigin origin) {
        super(resource);
        this.origin = origin;
        setId(StableId.of(origin, resource));
    }

    @Override
    public RuleOrigin origin() {
        return origin;
    }

    /** Sentinel keeps rules in sets: rules of two origins both stay, however alike they are. */
    @Override
    public boolean equals(Object other) {
        return super.equals(other) && origin.equals(((GovernedFlowRule) other).origin);
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
