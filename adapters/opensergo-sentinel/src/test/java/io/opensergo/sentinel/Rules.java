package io.opensergo.sentinel;

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
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules for tests, with windows so long that none ends while a test runs, of the application {@link
 * #APP}.
 */
final class Rules {

    static final String APP = "shop";

    private Rules() {}

    static Metadata metadata(String name) {
        return Metadata.of("default", APP, name);
    }

    static Metadata shadow(String name) {
        return metadata(name).withAnnotation(Metadata.MODE_ANNOTATION, Metadata.SHADOW_MODE);
    }

    static RateLimitStrategy rate(String name, long threshold, int seconds) {
        return rate(metadata(name), LimitMode.LOCAL, threshold, seconds);
    }

    static RateLimitStrategy rate(Metadata metadata, LimitMode mode, long threshold, int seconds) {
        return RateLimitStrategy.builder(metadata)
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(seconds))
                .limitMode(mode)
                .build();
    }

    static ThrottlingStrategy throttling(String name, long gapMillis, long timeoutMillis) {
        return ThrottlingStrategy.builder(metadata(name))
                .minIntervalOfRequests(Duration.ofMillis(gapMillis))
                .queueTimeout(Duration.ofMillis(timeoutMillis))
                .build();
    }

    static ConcurrencyLimitStrategy concurrency(String name, LimitMode mode, long max) {
        return ConcurrencyLimitStrategy.builder(metadata(name))
                .maxConcurrency(max)
                .limitMode(mode)
                .build();
    }

    static CircuitBreakerStrategy errorBreaker(
            String name, double ratio, int minimum, Duration recovery, String... errorTypes) {
        return CircuitBreakerStrategy.builder(metadata(name))
                .strategy(TriggerType.ERROR_REQUEST_RATIO)
                .triggerRatio(ratio)
                .statDuration(Duration.ofDays(20))
                .recoveryTimeout(recovery)
                .minRequestAmount(minimum)
                .errorConditions(errorTypes.length == 0 ? null : ErrorConditions.of(errorTypes))
                .build();
    }

    static CircuitBreakerStrategy slowBreaker(
            String name, double ratio, int minimum, Duration maxAllowed) {
        return CircuitBreakerStrategy.builder(metadata(name))
                .strategy(TriggerType.SLOW_REQUEST_RATIO)
                .triggerRatio(ratio)
                .statDuration(Duration.ofDays(20))
                .recoveryTimeout(Duration.ofMinutes(10))
                .minRequestAmount(minimum)
                .slowConditions(SlowConditions.of(maxAllowed))
                .build();
    }

    static AdaptiveOverloadProtectionStrategy cpu(
            String name, double ratio, AdaptiveStrategy strategy) {
        return AdaptiveOverloadProtectionStrategy.builder(metadata(name))
                .metricType(MetricType.CPU_PERCENTAGE)
                .triggerThreshold(Threshold.ofCpu(ratio))
                .adaptiveStrategy(strategy)
                .build();
    }

    static AdaptiveOverloadProtectionStrategy load(String name, double load) {
        return AdaptiveOverloadProtectionStrategy.builder(metadata(name))
                .metricType(MetricType.SYSTEM_LOAD)
                .triggerThreshold(Threshold.ofLoad(load))
                .adaptiveStrategy(AdaptiveStrategy.NONE)
                .build();
    }

    static FaultToleranceRule rule(String name, List<String> resources, Strategy... strategies) {
        return rule(metadata(name), resources, null, strategies);
    }

    static FaultToleranceRule rule(
            Metadata metadata,
            List<String> resources,
            @Nullable String fallback,
            Strategy... strategies) {
        return FaultToleranceRule.builder(metadata)
                .targets(resources.stream().map(ResourceRef::of).toList())
                .strategies(Arrays.stream(strategies).map(StrategyRef::to).toList())
                .fallbackAction(fallback)
                .build();
    }

    /** Returns strategies and a rule that brings them to a resource. */
    static List<Rule> on(String resource, Strategy... strategies) {
        return on(List.of(resource), strategies);
    }

    static List<Rule> on(List<String> resources, Strategy... strategies) {
        List<Rule> rules = new ArrayList<>(List.of(strategies));
        rules.add(rule("protect-" + resources.get(0), resources, strategies));
        return rules;
    }

    static HttpRequestFallbackAction busy(String name) {
        return HttpRequestFallbackAction.builder(metadata(name))
                .behaviorDesc(
                        HttpRequestFallbackAction.ProvidedResponse.builder()
                                .responseStatusCode(429)
                                .responseContentBody("busy")
                                .build())
                .build();
    }
}
