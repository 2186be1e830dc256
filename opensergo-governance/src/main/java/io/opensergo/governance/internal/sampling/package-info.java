/**
 * Shares that are exact over a cycle, in a random order. Takes no lock, allocates nothing. Not for
 * use outside this module.
 */
@NullMarked
package io.opensergo.governance.internal.sampling;

import org.jspecify.annotations.NullMarked;
