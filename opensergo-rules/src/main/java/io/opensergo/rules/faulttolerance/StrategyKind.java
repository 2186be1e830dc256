package io.opensergo.rules.faulttolerance;

import io.opensergo.rules.Written;

/** The kinds of strategy that a {@link FaultToleranceRule} can refer to. */
public enum StrategyKind {
    /** {@link RateLimitStrategy}. */
    @Written(as = "RateLimitStrategy")
    RATE_LIMIT,
    /** {@link ThrottlingStrategy}. */
    @Written(as = "ThrottlingStrategy")
    THROTTLING,
    /** {@link ConcurrencyLimitStrategy}. */
    @Written(as = "ConcurrencyLimitStrategy")
    CONCURRENCY_LIMIT,
    /** {@link CircuitBreakerStrategy}. */
    @Written(as = "CircuitBreakerStrategy")
    CIRCUIT_BREAKER,
    /** {@link AdaptiveOverloadProtectionStrategy}. */
    @Written(as = "AdaptiveOverloadProtectionStrategy")
    ADAPTIVE_OVERLOAD_PROTECTION;

    /** Returns the {@code kind} of documents, such as {@code RateLimitStrategy}. */
    public String documentName() {
        return switch (this) {
            case RATE_LIMIT -> RateLimitStrategy.KIND.name();
            case THROTTLING -> ThrottlingStrategy.KIND.name();
            case CONCURRENCY_LIMIT -> ConcurrencyLimitStrategy.KIND.name();
            case CIRCUIT_BREAKER -> CircuitBreakerStrategy.KIND.name();
            case ADAPTIVE_OVERLOAD_PROTECTION -> AdaptiveOverloadProtectionStrategy.KIND.name();
        };
    }
}
