/**
 * Metrics of a control plane for Micrometer, which an application that uses them has on its class
 * path.
 *
 * <p>Open {@link io.opensergo.controlplane.metrics.ControlPlaneMetrics}.
 */
@NullMarked
package io.opensergo.controlplane.metrics;

import org.jspecify.annotations.NullMarked;
