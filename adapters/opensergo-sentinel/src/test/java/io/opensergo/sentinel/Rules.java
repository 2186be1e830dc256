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
        return new RateLimitStrategy(
                metadata,
                RateLimitStrategy.MetricType.REQUEST_AMOUNT,
                mode,
                threshold,
                Duration.ofSeconds(seconds));
    }

    static ThrottlingStrategy throttling(String name, long gapMillis, long timeoutMillis) {
        return new ThrottlingStrategy(
                metadata(name), Duration.ofMillis(gapMillis), Duration.ofMillis(timeoutMillis));
    }

    static ConcurrencyLimitStrategy concurrency(String name, LimitMode mode, long max) {
        return new ConcurrencyLimitStrategy(metadata(name), mode, max);
    }

    static CircuitBreakerStrategy errorBreaker(
            String name, double ratio, int minimum, Duration recovery, String... errorTypes) {
        return new CircuitBreakerStrategy(
                metadata(name),
                TriggerType.ERROR_REQUEST_RATIO,
                ratio,
                Duration.ofDays(20),
                recovery,
                minimum,
                null,
                errorTypes.length == 0 ? null : new ErrorConditions(List.of(errorTypes)));
    }

    static CircuitBreakerStrategy slowBreaker(
            String name, double ratio, int minimum, Duration maxAllowed) {
        return new CircuitBreakerStrategy(
                metadata(name),
                TriggerType.SLOW_REQUEST_RATIO,
                ratio,
                Duration.ofDays(20),
                Duration.ofMinutes(10),
                minimum,
                new SlowConditions(maxAllowed),
                null);
    }

    static AdaptiveOverloadProtectionStrategy cpu(
            String name, double ratio, AdaptiveStrategy strategy) {
        return new AdaptiveOverloadProtectionStrategy(
                metadata(name), MetricType.CPU_PERCENTAGE, Threshold.ofCpu(ratio), strategy);
    }

    static AdaptiveOverloadProtectionStrategy load(String name, double load) {
        return new AdaptiveOverloadProtectionStrategy(
                metadata(name),
                MetricType.SYSTEM_LOAD,
                Threshold.ofLoad(load),
                AdaptiveStrategy.NONE);
    }

    static FaultToleranceRule rule(String name, List<String> resources, Strategy... strategies) {
        return rule(metadata(name), resources, null, strategies);
    }

    static FaultToleranceRule rule(
            Metadata metadata,
            List<String> resources,
            @Nullable String fallback,
            Strategy... strategies) {
        return new FaultToleranceRule(
                metadata,
                resources.stream().map(ResourceRef::new).toList(),
                Arrays.stream(strategies).map(StrategyRef::to).toList(),
                fallback);
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
        return new HttpRequestFallbackAction(
                metadata(name),
                HttpRequestFallbackAction.Behavior.RETURN_PROVIDED_RESPONSE,
                new HttpRequestFallbackAction.ProvidedResponse(429, "busy", List.of()));
    }
}
