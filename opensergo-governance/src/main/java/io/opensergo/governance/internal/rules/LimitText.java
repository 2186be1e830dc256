package io.opensergo.governance.internal.rules;

import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;

/** Says for people what limit a strategy sets. */
public final class LimitText {

    private LimitText() {}

    /** Returns for example {@code 120 requests per 1s}. */
    public static String of(Strategy strategy) {
        if (strategy instanceof RateLimitStrategy rate) {
            return rate.threshold() + " requests per " + text(rate.statDuration());
        }
        if (strategy instanceof ConcurrencyLimitStrategy concurrency) {
            return concurrency.maxConcurrency() + " requests in flight";
        }
        if (strategy instanceof ThrottlingStrategy throttling) {
            return "one request per "
                    + text(throttling.minIntervalOfRequests())
                    + ", waiting at most "
                    + text(throttling.queueTimeout());
        }
        if (strategy instanceof CircuitBreakerStrategy breaker) {
            return describe(breaker);
        }
        var overload = (AdaptiveOverloadProtectionStrategy) strategy;
        return "at most " + overload.triggerThreshold() + " of " + overload.metricType();
    }

    private static String describe(CircuitBreakerStrategy breaker) {
        String bad = breaker.strategy() == TriggerType.SLOW_REQUEST_RATIO ? "slow" : "failed";
        return "open since "
                + Math.round(breaker.triggerRatio() * 100)
                + "% or more "
                + bad
                + " calls in "
                + text(breaker.statDuration());
    }

    /** Writes a duration as documents do. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
