package io.opensergo.governance.plan;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import org.jspecify.annotations.Nullable;

/**
 * A strategy on a resource, and the rule that put it there; two that are equal decide alike.
 *
 * @param rule the rule; {@code null} if the strategy protects the whole process without one
 * @param strategy the strategy
 * @param fallback the rule's action, if it has one that exists
 */
public record StrategyBinding(
        @Nullable FaultToleranceRule rule,
        Strategy strategy,
        @Nullable HttpRequestFallbackAction fallback) {

    /** Returns whether a refusal is counted only: the rule or the strategy says so. */
    public boolean shadow() {
        return strategy.metadata().isShadow() || (rule != null && rule.metadata().isShadow());
    }

    /** Returns what state belongs to: the strategy, whatever its settings. */
    public RuleId strategyId() {
        return strategy.id();
    }

    /** Returns the kind of the strategy. */
    public StrategyKind kind() {
        return strategy.strategyKind();
    }

    /** Returns the name of the rule; {@code null} if there is none. */
    public @Nullable String ruleName() {
        return rule == null ? null : rule.name();
    }
}
