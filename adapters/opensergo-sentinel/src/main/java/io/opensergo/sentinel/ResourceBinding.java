package io.opensergo.sentinel;

import io.opensergo.api.Target;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.plan.RuleText;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import org.jspecify.annotations.Nullable;

/**
 * A strategy on one of the resources that a rule puts it on.
 *
 * @param resource the name of the resource; empty for the whole process
 * @param binding the strategy, and the rule that put it there
 */
record ResourceBinding(String resource, StrategyBinding binding) {

    static final String WHOLE_PROCESS = "";

    @Nullable FaultToleranceRule rule() {
        return binding.rule();
    }

    Strategy strategy() {
        return binding.strategy();
    }

    @Nullable HttpRequestFallbackAction fallback() {
        return binding.fallback();
    }

    boolean isOfProcess() {
        return binding.rule() == null;
    }

    RuleOrigin origin(Target target) {
        FaultToleranceRule rule = rule();
        return new RuleOrigin(target, rule == null ? null : rule.id(), binding.strategyId());
    }

    /** Returns why Sentinel refused a request by this strategy. */
    Rejection rejection(String refusedResource) {
        return new Rejection(
                refusedResource,
                null,
                binding.ruleName(),
                binding.kind(),
                strategy().name(),
                RuleText.limit(strategy()),
                null,
                fallback());
    }

    /** Returns for example {@code RateLimitStrategy 'a' of rule 'b' on 'GET:/foo'}. */
    @Override
    public String toString() {
        String place =
                isOfProcess() ? "" : " of rule '" + binding.ruleName() + "' on '" + resource + "'";
        return strategy().kind().name() + " '" + strategy().name() + "'" + place;
    }
}
