package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;

/** The states of a circuit breaker. */
public enum BreakerState {
    /** Requests pass. */
    CLOSED,
    /** Requests are refused until the recovery timeout has passed and a request comes. */
    OPEN,
    /** One request, the probe, is on its way, and others are refused. */
    HALF_OPEN;

    static BreakerState of(Phase phase) {
        return switch (phase) {
            case CLOSED -> CLOSED;
            case OPEN -> OPEN;
            case HALF_OPEN -> HALF_OPEN;
        };
    }
}
