package io.opensergo.rules.faulttolerance;

import io.opensergo.rules.Rule;

/**
 * How a resource is protected: a rule that {@link FaultToleranceRule}s refer to by kind and name.
 */
public sealed interface Strategy extends Rule
        permits LimitStrategy,
                ThrottlingStrategy,
                CircuitBreakerStrategy,
                AdaptiveOverloadProtectionStrategy {

    /** The {@code apiVersion} of every fault-tolerance kind. */
    String API_VERSION = "fault-tolerance.opensergo.io/v1alpha1";

    /** Returns the kind as rules name it when they refer to this strategy. */
    StrategyKind strategyKind();
}
