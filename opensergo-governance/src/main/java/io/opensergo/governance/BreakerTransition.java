package io.opensergo.governance;

import java.time.Instant;

/**
 * A change in the state of a circuit breaker.
 *
 * @param resource the guarded resource
 * @param direction which way its requests go
 * @param strategy the name of the {@code CircuitBreakerStrategy}
 * @param from the state before
 * @param to the state after
 * @param at when
 */
public record BreakerTransition(
        String resource,
        TrafficDirection direction,
        String strategy,
        BreakerState from,
        BreakerState to,
        Instant at) {}
