/**
 * The traffic kinds of {@code traffic.opensergo.io/v1alpha1}: routing, groups of instances and
 * lanes.
 *
 * <p>Open {@link io.opensergo.rules.traffic.TrafficRouter} first; it has the shape of an Istio
 * VirtualService with a fallback in each destination.
 */
@NullMarked
package io.opensergo.rules.traffic;

import org.jspecify.annotations.NullMarked;
