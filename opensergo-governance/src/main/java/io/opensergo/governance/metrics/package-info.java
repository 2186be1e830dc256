/**
 * Metrics of a governor for Micrometer, which an application that uses them has on its class path.
 *
 * <p>Open {@link io.opensergo.governance.metrics.GovernorMetrics}.
 */
@NullMarked
package io.opensergo.governance.metrics;

import org.jspecify.annotations.NullMarked;
