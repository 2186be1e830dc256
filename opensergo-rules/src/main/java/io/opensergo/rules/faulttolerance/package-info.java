/**
 * The fault-tolerance kinds of {@code fault-tolerance.opensergo.io/v1alpha1}.
 *
 * <p>A {@link io.opensergo.rules.faulttolerance.FaultToleranceRule} says which resources are
 * protected by which {@link io.opensergo.rules.faulttolerance.Strategy strategies}; strategies are
 * rules of their own, so that several rules can share one.
 */
@NullMarked
package io.opensergo.rules.faulttolerance;

import org.jspecify.annotations.NullMarked;
