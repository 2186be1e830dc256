package io.opensergo.governance.plan;

import io.opensergo.api.RejectedRule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;

/** Says for people what is in a rule. */
public final class RuleText {

    private RuleText() {}

    /** Returns what limit a strategy sets, for example {@code 120 requests per 1s}. */
    public static String limit(Strategy strategy) {
        return switch (strategy.strategyKind()) {
            case RATE_LIMIT -> {
                var rate = (RateLimitStrategy) strategy;
                yield rate.threshold() + " requests per " + duration(rate.statDuration());
            }
            case CONCURRENCY_LIMIT ->
                    ((ConcurrencyLimitStrategy) strategy).maxConcurrency() + " requests in flight";
            case THROTTLING -> {
                var throttling = (ThrottlingStrategy) strategy;
                yield "one request per "
                        + duration(throttling.minIntervalOfRequests())
                        + ", waiting at most "
                        + duration(throttling.queueTimeout());
            }
            case CIRCUIT_BREAKER -> describe((CircuitBreakerStrategy) strategy);
            case ADAPTIVE_OVERLOAD_PROTECTION -> {
                var overload = (AdaptiveOverloadProtectionStrategy) strategy;
                yield "at most " + overload.triggerThreshold() + " of " + overload.metricType();
            }
        };
    }

    private static String describe(CircuitBreakerStrategy breaker) {
        String bad = breaker.strategy() == TriggerType.SLOW_REQUEST_RATIO ? "slow" : "failed";
        return "open since "
                + Math.round(breaker.triggerRatio() * 100)
                + "% or more "
                + bad
                + " calls in "
                + duration(breaker.statDuration());
    }

    /** Returns what is wrong with rules that the client refused, and what applies instead. */
    public static String rejection(RuleKind<?> kind, RejectedRule rejected) {
        if (rejected.name() == null) {
            return "%s rules were refused: %s; the last good ones stay in force"
                    .formatted(kind.name(), rejected.reason());
        }
        return "%s '%s' was refused: %s; %s"
                .formatted(
                        kind.name(),
                        rejected.name(),
                        rejected.reason(),
                        rejected.lastGoodKept()
                                ? "its last good version stays in force"
                                : "it is left out");
    }

    /** Writes a duration as documents do. */
    public static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
