package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.node.IntervalProperty;
import com.alibaba.csp.sentinel.slots.block.ClusterRuleConstant;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.ClusterFlowConfig;
import io.opensergo.governance.plan.RuleText;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;

/** Translates rate limits: Sentinel counts per second, whatever a rule says. */
final class RateLimits {

    private static final Duration WINDOW = Duration.ofSeconds(1);

    private RateLimits() {}

    static Translation translate(
            RateLimitStrategy strategy, String resource, RuleOrigin origin, Sharing sharing) {
        if (!strategy.statDuration().equals(WINDOW)) {
            return new Translation.BySlot(
                    "its window is "
                            + RuleText.duration(strategy.statDuration())
                            + ", and Sentinel's is 1s");
        }
        return switch (strategy.limitMode()) {
            case LOCAL -> local(strategy, resource, origin);
            case GLOBAL ->
                    sharing.store()
                            ? new Translation.BySlot("a store shares it among the instances")
                            : cluster(strategy, resource, origin);
            case GLOBAL_TO_LOCAL ->
                    new Translation.BySlot("it is divided by the number of instances");
        };
    }

    private static Translation local(
            RateLimitStrategy strategy, String resource, RuleOrigin origin) {
        int interval = IntervalProperty.INTERVAL;
        return interval == WINDOW.toMillis()
                ? new Translation.Flow(perSecond(strategy, resource, origin))
                : new Translation.BySlot(
                        "Sentinel's statistics are set to an interval of " + interval + "ms");
    }

    /**
     * Sentinel checks a rule in cluster mode locally while no token server answers, by the whole
     * limit.
     */
    private static Translation cluster(
            RateLimitStrategy strategy, String resource, RuleOrigin origin) {
        GovernedFlowRule rule = perSecond(strategy, resource, origin);
        rule.setClusterMode(true)
                .setClusterConfig(
                        new ClusterFlowConfig()
                                .setFlowId(StableId.of(origin, resource))
                                .setThresholdType(ClusterRuleConstant.FLOW_THRESHOLD_GLOBAL)
                                .setFallbackToLocalWhenFail(true)
                                .setWindowIntervalMs((int) WINDOW.toMillis()));
        return new Translation.Flow(rule);
    }

    private static GovernedFlowRule perSecond(
            RateLimitStrategy strategy, String resource, RuleOrigin origin) {
        var rule = new GovernedFlowRule(resource, origin);
        rule.setGrade(RuleConstant.FLOW_GRADE_QPS).setCount((double) strategy.threshold());
        return rule;
    }
}
