package io.opensergo.sentinel;

import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;

/** Says for people what limit of a strategy Sentinel enforces. */
final class LimitText {

    private LimitText() {}

    static String of(Strategy strategy) {
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
            String bad = breaker.strategy() == TriggerType.SLOW_REQUEST_RATIO ? "slow" : "failed";
            return "open since %d%% or more %s calls in %s"
                    .formatted(
                            Math.round(breaker.triggerRatio() * 100),
                            bad,
                            text(breaker.statDuration()));
        }
        var overload = (AdaptiveOverloadProtectionStrategy) strategy;
        return "at most " + overload.triggerThreshold() + " of " + overload.metricType();
    }

    /** Writes a duration as documents do. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
