/**
 * Where decisions take their time from.
 *
 * <p>Open {@link io.opensergo.governance.time.Ticker} first.
 */
@NullMarked
package io.opensergo.governance.time;

import org.jspecify.annotations.NullMarked;
