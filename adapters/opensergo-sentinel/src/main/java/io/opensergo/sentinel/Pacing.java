package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import io.opensergo.governance.plan.RuleText;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;

/**
 * Translates throttling into Sentinel's rate limiter, which is told a number per second and rounds
 * the gap to whole milliseconds, or to nanoseconds: a gap of whole milliseconds comes out as it
 * went in.
 */
final class Pacing {

    /**
     * Beyond it the rate limiter of Sentinel 1.8.7 and later divides by a rate that it has rounded
     * to zero, and none of the flow rules that come with the rule are loaded.
     */
    private static final long LONGEST_GAP_MILLIS = 2000;

    private Pacing() {}

    static Translation translate(ThrottlingStrategy strategy, String resource, RuleOrigin origin) {
        long gap = strategy.minIntervalOfRequests().toMillis();
        long timeout = strategy.queueTimeout().toMillis();
        if (gap == 0) {
            return new Translation.Idle("requests need no gap between them");
        }
        if (gap > LONGEST_GAP_MILLIS) {
            return new Translation.BySlot(
                    "a gap of "
                            + RuleText.duration(strategy.minIntervalOfRequests())
                            + " is less than one request in 2s, which Sentinel cannot pace");
        }
        if (timeout > Integer.MAX_VALUE) {
            return new Translation.BySlot(
                    "its queueTimeout is more milliseconds than Sentinel can be told");
        }
        var rule = new GovernedFlowRule(resource, origin);
        rule.setGrade(RuleConstant.FLOW_GRADE_QPS)
                .setControlBehavior(RuleConstant.CONTROL_BEHAVIOR_RATE_LIMITER)
                .setCount(1000.0 / gap)
                .setMaxQueueingTimeMs((int) timeout);
        return new Translation.Flow(rule);
    }
}
