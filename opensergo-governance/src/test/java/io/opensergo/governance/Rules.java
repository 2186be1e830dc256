package io.opensergo.governance;

import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.AdaptiveStrategy;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.MetricType;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy.Threshold;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.ErrorConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rules of one application, for tests of this module. */
public final class Rules {

    private Rules() {}

    public static Metadata metadata(String name) {
        return Metadata.of("default", "shop", name);
    }

    public static Metadata shadow(String name) {
        return metadata(name).withAnnotation(Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE);
    }

    public static RateLimitStrategy rate(String name, long threshold, Duration window) {
        return rate(metadata(name), LimitMode.LOCAL, threshold, window);
    }

    public static RateLimitStrategy rate(
            Metadata metadata, LimitMode mode, long threshold, Duration window) {
        return new RateLimitStrategy(
                metadata, RateLimitStrategy.MetricType.REQUEST_AMOUNT, mode, threshold, window);
    }

    public static ConcurrencyLimitStrategy concurrency(String name, long max) {
        return new ConcurrencyLimitStrategy(metadata(name), LimitMode.LOCAL, max);
    }

    public static ThrottlingStrategy throttling(String name, Duration interval, Duration timeout) {
        return new ThrottlingStrategy(metadata(name), interval, timeout);
    }

    /** Opens at half of at least two calls within 10 s, for 5 s. */
    public static CircuitBreakerStrategy breaker(String name, String... errorTypes) {
        return new CircuitBreakerStrategy(
                metadata(name),
                TriggerType.ERROR_REQUEST_RATIO,
                0.5,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                2,
                null,
                errorTypes.length == 0 ? null : new ErrorConditions(List.of(errorTypes)));
    }

    /** As {@link #breaker}, by calls of more than a time. */
    public static CircuitBreakerStrategy slowBreaker(String name, Duration maxAllowedRt) {
        return new CircuitBreakerStrategy(
                metadata(name),
                TriggerType.SLOW_REQUEST_RATIO,
                0.5,
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                2,
                new SlowConditions(maxAllowedRt),
                null);
    }

    public static AdaptiveOverloadProtectionStrategy cpu(
            String name, double ratio, AdaptiveStrategy strategy) {
        return new AdaptiveOverloadProtectionStrategy(
                metadata(name), MetricType.CPU_PERCENTAGE, Threshold.ofCpu(ratio), strategy);
    }

    public static FaultToleranceRule rule(String name, String resource, Strategy... strategies) {
        return rule(metadata(name), List.of(resource), strategies);
    }

    public static FaultToleranceRule rule(
            Metadata metadata, List<String> resources, Strategy... strategies) {
        return new FaultToleranceRule(
                metadata,
                resources.stream().map(ResourceRef::new).toList(),
                Arrays.stream(strategies).map(StrategyRef::to).toList(),
                null);
    }

    /** Returns strategies and a rule that puts them on a resource. */
    public static List<Rule> on(String resource, Strategy... strategies) {
        List<Rule> rules = new ArrayList<>(List.of(strategies));
        rules.add(rule("protect " + resource, resource, strategies));
        return rules;
    }
}
