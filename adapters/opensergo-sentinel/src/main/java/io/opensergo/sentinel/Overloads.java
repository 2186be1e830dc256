package io.opensergo.sentinel;

import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.MetricType;

/**
 * Translates overload protection. Sentinel's system rules know the whole process only, and reject
 * everything above a CPU usage, but above a load only what exceeds the measured capacity.
 */
final class Overloads {

    private Overloads() {}

    static Translation translate(
            AdaptiveOverloadProtectionStrategy strategy, Binding binding, RuleOrigin origin) {
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
        var rule = new GovernedSystemRule(origin);
        rule.setHighestCpuUsage(strategy.triggerThreshold().value());
        return new Translation.Whole(rule);
    }
}
