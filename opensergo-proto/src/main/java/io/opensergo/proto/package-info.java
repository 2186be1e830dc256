/**
 * The one mapping between rule records and wire messages.
 *
 * <p>Open {@link io.opensergo.proto.WireCodec} first. Everything here is immutable and may be used
 * by any number of threads. The generated messages lie in {@code internal} packages; past this
 * package there are only records.
 */
@NullMarked
package io.opensergo.proto;

import org.jspecify.annotations.NullMarked;
