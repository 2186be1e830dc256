package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;

/** Translates limits of calls in flight, which Sentinel counts as threads. */
final class ConcurrencyLimits {

    private ConcurrencyLimits() {}

    static Translation translate(
            ConcurrencyLimitStrategy strategy, String resource, RuleOrigin origin) {
        return switch (strategy.limitMode()) {
            case LOCAL -> {
                var rule = new GovernedFlowRule(resource, origin);
                rule.setGrade(RuleConstant.FLOW_GRADE_THREAD)
                        .setCount((double) strategy.maxConcurrency());
                yield new Translation.Flow(rule);
            }
            case GLOBAL ->
                    new Translation.BySlot(
                            "Sentinel's flow rules do not count calls in flight across instances");
            case GLOBAL_TO_LOCAL ->
                    new Translation.BySlot("it is divided by the number of instances");
        };
    }
}
