/**
 * A rule travels from a YAML file through a control plane and a gRPC stream into a typed Flux.
 *
 * <p>Open {@link io.opensergo.examples.quickstart.Quickstart} first.
 */
@NullMarked
package io.opensergo.examples.quickstart;

import org.jspecify.annotations.NullMarked;
