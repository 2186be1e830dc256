/**
 * The console's API: what is in force, what a change would do, and changing it.
 *
 * <p>Open {@link io.opensergo.console.internal.api.Api} first, which lists every endpoint.
 */
@NullMarked
package io.opensergo.console.internal.api;

import org.jspecify.annotations.NullMarked;
