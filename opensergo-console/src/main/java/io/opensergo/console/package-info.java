/**
 * The console of a control plane: an HTTP API and a page that show what is in force, change it with
 * care, and take it back.
 *
 * <p>Open {@link io.opensergo.console.Console} first. It has threads of its own, at most 32, which
 * end with {@link io.opensergo.console.Console#close}; a request never waits for a subscriber.
 */
@NullMarked
package io.opensergo.console;

import org.jspecify.annotations.NullMarked;
