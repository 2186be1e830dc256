package io.opensergo.rules.faulttolerance;

/** A {@link Strategy} that sets a limit, which instances of the application can share. */
public sealed interface LimitStrategy extends Strategy
        permits RateLimitStrategy, ConcurrencyLimitStrategy {

    /** Returns whose requests the limit is for: those of one instance, or of all of them. */
    LimitMode limitMode();
}
