/**
 * Runs conformance cases, from the YAML of rules to the decisions on requests, against whatever
 * decides by them.
 *
 * <p>Implement {@link io.opensergo.conformance.ConformanceDriver} for it, and give each case of
 * {@link io.opensergo.conformance.ConformanceSuite} to a {@link
 * io.opensergo.conformance.ConformanceRunner}; {@code governor} has the driver of this project's
 * own engine, on which those of adapters build. A runner uses the thread that calls it and starts
 * none.
 */
@NullMarked
package io.opensergo.conformance;

import org.jspecify.annotations.NullMarked;
