package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.system.SystemRule;

/** What a strategy on a resource becomes. */
sealed interface Translation {

    /** Sentinel enforces it by a flow rule. */
    record Flow(FlowRule rule) implements Translation {}

    /** Sentinel enforces it by a circuit breaker rule. */
    record Degrade(DegradeRule rule) implements Translation {}

    /** Sentinel enforces it by a system rule. */
    record Whole(SystemRule rule) implements Translation {}

    /**
     * Sentinel cannot say it, so the slot enforces it.
     *
     * @param reason what it says that Sentinel cannot
     */
    record BySlot(String reason) implements Translation {}

    /**
     * It holds nothing back, so nobody has to enforce it.
     *
     * @param reason why it does not
     */
    record Idle(String reason) implements Translation {}
}
