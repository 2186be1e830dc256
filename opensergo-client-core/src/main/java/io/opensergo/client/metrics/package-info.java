/**
 * Metrics of a client for Micrometer, which an application that uses them has on its class path.
 *
 * <p>Open {@link io.opensergo.client.metrics.ClientMetrics}.
 */
@NullMarked
package io.opensergo.client.metrics;

import org.jspecify.annotations.NullMarked;
