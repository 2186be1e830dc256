package io.opensergo.benchmarks;

import io.opensergo.api.time.Ticker;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.SlowConditions;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy.TriggerType;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contender of this project: guards, the strategies on them, and the shortest way through one.
 */
final class Guards {

    /** The name of the resource that every contender protects. */
    static final String RESOURCE = "GET:/orders";

    /** More requests per second than any contender can make. */
    static final int UNREACHABLE_RATE = 1_000_000_000;

    static final int MAX_CONCURRENCY = 1_000;

    /** What breakers count over, and the share and the number of calls that open them. */
    static final Duration BREAKER_WINDOW = Duration.ofSeconds(10);

    static final int BREAKER_PERCENT = 50;
    static final int BREAKER_MIN_CALLS = 100;
    static final Duration SLOW_CALL = Duration.ofSeconds(1);

    /** Longer than a benchmark runs. */
    static final Duration FOREVER = Duration.ofDays(1);

    private Guards() {}

    /** Returns the guard of a resource with these strategies. */
    static Guard of(Strategy... strategies) {
        return of(Ticker.system(), strategies);
    }

    /** Returns the guard of a resource with these strategies that takes its time from a ticker. */
    static Guard of(Ticker ticker, Strategy... strategies) {
        List<Rule> rules = new ArrayList<>(List.of(strategies));
        rules.add(
                FaultToleranceRule.builder(metadata("protect-orders"))
                        .targets(List.of(ResourceRef.of(RESOURCE)))
                        .strategies(Arrays.stream(strategies).map(StrategyRef::to).toList())
                        .build());
        return Governor.builder().ticker(ticker).rules(rules).build().guard(RESOURCE);
    }

    /** Makes a request that takes no time, and returns whether it was admitted. */
    static boolean pass(Guard guard) {
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            return false;
        }
        guard.release(token, Outcome.SUCCESS);
        return true;
    }

    /** Returns a guard that refuses everything, since a call has opened its breaker. */
    static Guard opened(CircuitBreakerStrategy strategy, Outcome outcome) {
        Guard guard = of(strategy);
        guard.release(guard.acquire(), outcome);
        return guard;
    }

    static RateLimitStrategy rateLimit(long threshold, Duration window) {
        return RateLimitStrategy.builder(metadata("rate-limit"))
                .threshold(threshold)
                .statDuration(window)
                .build();
    }

    static RateLimitStrategy unreachableRateLimit() {
        return rateLimit(UNREACHABLE_RATE, Duration.ofSeconds(1));
    }

    static ConcurrencyLimitStrategy concurrencyLimit(long max) {
        return ConcurrencyLimitStrategy.builder(metadata("concurrency-limit"))
                .maxConcurrency(max)
                .build();
    }

    static ThrottlingStrategy throttling(Duration interval, Duration timeout) {
        return ThrottlingStrategy.builder(metadata("throttling"))
                .minIntervalOfRequests(interval)
                .queueTimeout(timeout)
                .build();
    }

    static CircuitBreakerStrategy errorRatio(int minCalls) {
        return breaker(TriggerType.ERROR_REQUEST_RATIO, minCalls, null);
    }

    static CircuitBreakerStrategy slowRatio(int minCalls) {
        return breaker(TriggerType.SLOW_REQUEST_RATIO, minCalls, SlowConditions.of(SLOW_CALL));
    }

    private static CircuitBreakerStrategy breaker(
            TriggerType type, int minCalls, @Nullable SlowConditions slow) {
        return CircuitBreakerStrategy.builder(metadata("circuit-breaker"))
                .strategy(type)
                .triggerRatio(BREAKER_PERCENT / 100.0)
                .statDuration(BREAKER_WINDOW)
                .recoveryTimeout(FOREVER)
                .minRequestAmount(minCalls)
                .slowConditions(slow)
                .build();
    }

    private static Metadata metadata(String name) {
        return Metadata.of(SampleRules.NAMESPACE, SampleRules.APP, name);
    }
}
