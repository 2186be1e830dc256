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
        return RateLimitStrategy.builder(metadata)
                .threshold(threshold)
                .statDuration(window)
                .limitMode(mode)
                .build();
    }

    public static ConcurrencyLimitStrategy concurrency(String name, long max) {
        return ConcurrencyLimitStrategy.builder(metadata(name)).maxConcurrency(max).build();
    }

    public static ThrottlingStrategy throttling(String name, Duration interval, Duration timeout) {
        return ThrottlingStrategy.builder(metadata(name))
                .minIntervalOfRequests(interval)
                .queueTimeout(timeout)
                .build();
    }

    /** Opens at half of at least two calls within 10 s, for 5 s. */
    public static CircuitBreakerStrategy breaker(String name, String... errorTypes) {
        return CircuitBreakerStrategy.builder(metadata(name))
                .strategy(TriggerType.ERROR_REQUEST_RATIO)
                .triggerRatio(0.5)
                .statDuration(Duration.ofSeconds(10))
                .recoveryTimeout(Duration.ofSeconds(5))
                .minRequestAmount(2)
                .errorConditions(errorTypes.length == 0 ? null : ErrorConditions.of(errorTypes))
                .build();
    }

    /** As {@link #breaker}, by calls of more than a time. */
    public static CircuitBreakerStrategy slowBreaker(String name, Duration maxAllowedRt) {
        return CircuitBreakerStrategy.builder(metadata(name))
                .strategy(TriggerType.SLOW_REQUEST_RATIO)
                .triggerRatio(0.5)
                .statDuration(Duration.ofSeconds(10))
                .recoveryTimeout(Duration.ofSeconds(5))
                .minRequestAmount(2)
                .slowConditions(SlowConditions.of(maxAllowedRt))
                .build();
    }

    public static AdaptiveOverloadProtectionStrategy cpu(
            String name, double ratio, AdaptiveStrategy strategy) {
        return AdaptiveOverloadProtectionStrategy.builder(metadata(name))
                .metricType(MetricType.CPU_PERCENTAGE)
                .triggerThreshold(Threshold.ofCpu(ratio))
                .adaptiveStrategy(strategy)
                .build();
    }

    public static FaultToleranceRule rule(String name, String resource, Strategy... strategies) {
        return rule(metadata(name), List.of(resource), strategies);
    }

    public static FaultToleranceRule rule(
            Metadata metadata, List<String> resources, Strategy... strategies) {
        return FaultToleranceRule.builder(metadata)
                .targets(resources.stream().map(ResourceRef::of).toList())
                .strategies(Arrays.stream(strategies).map(StrategyRef::to).toList())
                .build();
    }

    /** Returns strategies and a rule that puts them on a resource. */
    public static List<Rule> on(String resource, Strategy... strategies) {
        List<Rule> rules = new ArrayList<>(List.of(strategies));
        rules.add(rule("protect " + resource, resource, strategies));
        return rules;
    }
}
