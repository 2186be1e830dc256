package io.opensergo.governance;

import io.opensergo.governance.plan.RuleText;
import io.opensergo.governance.plan.StrategyBinding;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was refused.
 *
 * @param resource the guarded resource
 * @param direction which way the request went; {@code null} if the framework that refused it does
 *     not say, as Sentinel
 * @param rule the name of the rule that brought the strategy to the resource; {@code null} if the
 *     strategy protects the whole process without one, or if the rule was replaced since the
 *     refusal
 * @param kind the kind of the strategy that refused; {@code null} if the rule was replaced since
 *     the refusal
 * @param strategy its name; {@code null} if the rule was replaced since the refusal
 * @param limit the limit that was reached, for people, such as {@code 120 requests per 1s}
 * @param retryAfter how long until a retry makes sense, more than zero; {@code null} if no wait
 *     helps or it cannot be told, as with a limit of zero
 * @param fallback what a caller over HTTP gets, if the rule has an action
 */
public record Rejection(
        String resource,
        @Nullable TrafficDirection direction,
        @Nullable String rule,
        @Nullable StrategyKind kind,
        @Nullable String strategy,
        String limit,
        @Nullable Duration retryAfter,
        @Nullable HttpRequestFallbackAction fallback) {

    static Rejection by(Check check, GuardedResource resource, @Nullable Duration retryAfter) {
        StrategyBinding binding = check.binding;
        return new Rejection(
                resource.name(),
                resource.direction(),
                binding.ruleName(),
                binding.kind(),
                binding.strategy().name(),
                RuleText.limit(binding.strategy()),
                retryAfter,
                binding.fallback());
    }

    static Rejection byReplacedRule(GuardedResource resource, @Nullable Duration retryAfter) {
        return new Rejection(
                resource.name(),
                resource.direction(),
                null,
                null,
                null,
                "a rule that was replaced since",
                retryAfter,
                null);
    }

    /** Returns one sentence for a log. */
    @Override
    public String toString() {
        var text = new StringBuilder("'").append(resource).append('\'');
        if (direction == TrafficDirection.OUTBOUND) {
            text.append(", outbound,");
        }
        text.append(" was refused");
        if (kind != null) {
            text.append(" by ")
                    .append(kind.documentName())
                    .append(" '")
                    .append(strategy)
                    .append('\'');
        }
        if (rule != null) {
            text.append(" of rule '").append(rule).append('\'');
        }
        text.append(": ").append(limit);
        if (retryAfter != null) {
            text.append("; retry after ").append(millisRoundedUp(retryAfter)).append(" ms");
        }
        return text.toString();
    }

    private static long millisRoundedUp(Duration duration) {
        return duration.plusNanos(999_999).toMillis();
    }
}
