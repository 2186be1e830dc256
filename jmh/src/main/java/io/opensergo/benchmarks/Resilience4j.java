package io.opensergo.benchmarks;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;

/**
 * Resilience4j as a contender: its limiters, and the shortest way through each.
 *
 * <p>Nothing consumes events, nothing waits, and the methods that allocate no lambda are called.
 */
final class Resilience4j {

    private Resilience4j() {}

    static RateLimiter rateLimit(int limit, Duration period) {
        return RateLimiter.of(
                Guards.RESOURCE,
                RateLimiterConfig.custom()
                        .limitForPeriod(limit)
                        .limitRefreshPeriod(period)
                        .timeoutDuration(Duration.ZERO)
                        .build());
    }

    static RateLimiter unreachableRateLimit() {
        return rateLimit(Guards.UNREACHABLE_RATE, Duration.ofSeconds(1));
    }

    static Bulkhead concurrencyLimit(int max) {
        return Bulkhead.of(
                Guards.RESOURCE,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(max)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
    }

    /** Returns a breaker over time that counts failed and slow calls, as each of its kind does. */
    static CircuitBreaker breaker(SlidingWindowSynchronizationStrategy synchronization) {
        return CircuitBreaker.of(
                Guards.RESOURCE,
                CircuitBreakerConfig.custom()
                        .slidingWindow(
                                (int) Guards.BREAKER_WINDOW.toSeconds(),
                                Guards.BREAKER_MIN_CALLS,
                                SlidingWindowType.TIME_BASED,
                                synchronization)
                        .failureRateThreshold(Guards.BREAKER_PERCENT)
                        .slowCallRateThreshold(Guards.BREAKER_PERCENT)
                        .slowCallDurationThreshold(Guards.SLOW_CALL)
                        .waitDurationInOpenState(Guards.FOREVER)
                        .build());
    }

    /** Makes a request that takes no time, and returns whether it was admitted. */
    static boolean pass(Bulkhead bulkhead) {
        if (!bulkhead.tryAcquirePermission()) {
            return false;
        }
        bulkhead.onComplete();
        return true;
    }

    /** Makes a request that takes no time, and returns whether it was admitted. */
    static boolean pass(CircuitBreaker breaker) {
        if (!breaker.tryAcquirePermission()) {
            return false;
        }
        long start = breaker.getCurrentTimestamp();
        breaker.onSuccess(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit());
        return true;
    }

    /**
     * Makes a request that takes no time, and returns whether it was admitted; in the order of a
     * guard's checks.
     */
    static boolean pass(Bulkhead bulkhead, RateLimiter limiter, CircuitBreaker breaker) {
        if (!bulkhead.tryAcquirePermission()) {
            return false;
        }
        boolean admitted = limiter.acquirePermission() && pass(breaker);
        if (admitted) {
            bulkhead.onComplete();
        } else {
            bulkhead.releasePermission();
        }
        return admitted;
    }
}
