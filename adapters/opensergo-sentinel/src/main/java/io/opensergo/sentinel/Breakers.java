package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import io.opensergo.governance.plan.RuleText;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Translates circuit breakers. */
final class Breakers {

    private Breakers() {}

    static Translation translate(
            CircuitBreakerStrategy strategy, String resource, RuleOrigin origin) {
        String unsaid = whatSentinelCannotSay(strategy);
        if (unsaid != null) {
            return new Translation.BySlot(unsaid);
        }
        var rule = new GovernedDegradeRule(resource, origin);
        rule.setStatIntervalMs((int) strategy.statDuration().toMillis())
                .setTimeWindow((int) strategy.recoveryTimeout().toSeconds())
                .setMinRequestAmount(strategy.minRequestAmount());
        double threshold = justBelow(strategy.triggerRatio());
        switch (strategy.strategy()) {
            case SLOW_REQUEST_RATIO ->
                    rule.setGrade(RuleConstant.DEGRADE_GRADE_RT)
                            .setCount((double) slow(strategy).maxAllowedRt().toMillis())
                            .setSlowRatioThreshold(threshold);
            case ERROR_REQUEST_RATIO ->
                    rule.setGrade(RuleConstant.DEGRADE_GRADE_EXCEPTION_RATIO).setCount(threshold);
        }
        return new Translation.Degrade(rule);
    }

    private static @Nullable String whatSentinelCannotSay(CircuitBreakerStrategy strategy) {
        if (strategy.recoveryTimeout().toMillis() % 1000 != 0) {
            return "its recoveryTimeout is "
                    + RuleText.duration(strategy.recoveryTimeout())
                    + ", and Sentinel is told whole seconds";
        }
        if (strategy.recoveryTimeout().toSeconds() > Integer.MAX_VALUE
                || strategy.statDuration().toMillis() > Integer.MAX_VALUE) {
            return "its times are longer than Sentinel can be told";
        }
        if (percent(strategy.triggerRatio()) == 0) {
            return "it trips at 0%, and Sentinel only above a ratio";
        }
        ErrorConditions conditions = strategy.errorConditions();
        boolean choosesErrors = conditions != null && !conditions.errorTypes().isEmpty();
        boolean countsErrors =
                strategy.strategy() == CircuitBreakerStrategy.TriggerType.ERROR_REQUEST_RATIO;
        return countsErrors && choosesErrors
                ? "it has errorConditions, and Sentinel counts every exception"
                : null;
    }

    /**
     * Sentinel trips above a ratio, a strategy already at it: above the largest number below it is
     * the same, since no ratio of two counts lies between.
     */
    private static double justBelow(double ratio) {
        return Math.nextDown(percent(ratio) / 100.0);
    }

    private static long percent(double ratio) {
        return Math.round(ratio * 100);
    }

    private static SlowConditions slow(CircuitBreakerStrategy strategy) {
        return Objects.requireNonNull(strategy.slowConditions());
    }
}
