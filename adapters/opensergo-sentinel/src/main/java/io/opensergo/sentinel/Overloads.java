package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.Constants;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.MetricType;

/**
 * Translates overload protection. Sentinel's system rules know the whole process only, and reject
 * everything above a CPU usage, but above a load only what exceeds the measured capacity.
 */
final class Overloads {

    /**
     * Sentinel 1.8.6 fails when it logs a refusal by a system rule, and lets the request pass;
     * 1.8.7 does not.
     */
    static final boolean SYSTEM_RULES_REFUSE = !Constants.SENTINEL_VERSION.equals("1.8.6");

    private Overloads() {}

    static Translation translate(
            AdaptiveOverloadProtectionStrategy strategy,
            ResourceBinding binding,
            RuleOrigin origin) {
        if (!binding.isOfProcess()) {
            return new Translation.BySlot(
                    "it protects one resource, and Sentinel's system rules the whole process");
        }
        if (strategy.metricType() != MetricType.CPU_PERCENTAGE) {
            return new Translation.BySlot(
                    "it rejects everything above a load, and Sentinel only beyond the capacity");
        }
        if (strategy.adaptiveStrategy() != AdaptiveStrategy.NONE) {
            return new Translation.BySlot(
                    "it rejects beyond the capacity, and Sentinel everything above a CPU usage");
        }
        if (!SYSTEM_RULES_REFUSE) {
            return new Translation.BySlot(
                    "system rules of this version of Sentinel refuse nothing");
        }
        var rule = new GovernedSystemRule(origin);
        rule.setHighestCpuUsage(strategy.triggerThreshold().value());
        return new Translation.Whole(rule);
    }
}
