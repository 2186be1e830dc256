package io.opensergo.sentinel;

import io.opensergo.api.Target;
import io.opensergo.governance.Rejection;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.StrategyKind;
import org.jspecify.annotations.Nullable;

/**
 * A strategy on a resource, and the rule that put it there.
 *
 * @param resource the name of the resource; empty for the whole process
 * @param rule the rule; {@code null} if the strategy protects the whole process without one
 * @param strategy the strategy
 * @param fallback the rule's action, if it has one that exists
 */
record Binding(
        String resource,
        @Nullable FaultToleranceRule rule,
        Strategy strategy,
        @Nullable HttpRequestFallbackAction fallback) {

    static final String WHOLE_PROCESS = "";

    boolean isOfProcess() {
        return rule == null;
    }

    /** Returns whether a refusal is counted only: the rule or the strategy says so. */
    boolean isShadow() {
        return strategy.metadata().isShadow() || (rule != null && rule.metadata().isShadow());
    }

    /** Returns whether the rule or the strategy has a mode that nobody knows. */
    boolean hasUnknownMode() {
        return hasUnknownMode(strategy.metadata())
                || (rule != null && hasUnknownMode(rule.metadata()));
    }

    private static boolean hasUnknownMode(Metadata metadata) {
        return metadata.annotations().containsKey(Metadata.MODE_ANNOTATION) && !metadata.isShadow();
    }

    RuleOrigin origin(Target target) {
        return new RuleOrigin(target, rule == null ? null : rule.id(), strategy.id());
    }

    /** Returns why Sentinel refused a request by this strategy. */
    Rejection rejection(String refusedResource) {
        return new Rejection(
                refusedResource,
                rule == null ? null : rule.name(),
                StrategyKind.of(strategy),
                strategy.name(),
                LimitText.of(strategy),
                null,
                fallback);
    }

    /** Returns for example {@code RateLimitStrategy 'a' of rule 'b' on 'GET:/foo'}. */
    @Override
    public String toString() {
        return strategy.kind().name()
                + " '"
                + strategy.name()
                + "'"
                + (rule == null ? "" : " of rule '" + rule.name() + "' on '" + resource + "'");
    }
}
