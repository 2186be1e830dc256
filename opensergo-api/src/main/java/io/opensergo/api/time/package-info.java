/**
 * Where decisions take their time from.
 *
 * <p>Open {@link io.opensergo.api.time.Ticker} first.
 */
@NullMarked
package io.opensergo.api.time;

import org.jspecify.annotations.NullMarked;
