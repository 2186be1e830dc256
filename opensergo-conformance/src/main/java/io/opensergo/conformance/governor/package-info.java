/**
 * Runs conformance cases against {@link io.opensergo.governance.Governor}.
 *
 * <p>Open {@link io.opensergo.conformance.governor.GovernorDriver} first. The driver of an adapter
 * has one, lets it do everything but send requests, and sends those through its framework. Depends
 * on the governance engine.
 */
@NullMarked
package io.opensergo.conformance.governor;

import org.jspecify.annotations.NullMarked;
