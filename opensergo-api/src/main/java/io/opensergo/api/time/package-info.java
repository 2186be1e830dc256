/**
 * Where the client and decisions take elapsed time from.
 *
 * <p>Open {@link io.opensergo.api.time.Ticker} first.
 */
@NullMarked
package io.opensergo.api.time;

import org.jspecify.annotations.NullMarked;
