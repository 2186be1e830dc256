/**
 * Who may do what in the console: tokens, sessions of people, and what keeps other pages from using
 * them.
 *
 * <p>Open {@link io.opensergo.console.internal.access.Gate} first.
 */
@NullMarked
package io.opensergo.console.internal.access;

import org.jspecify.annotations.NullMarked;
