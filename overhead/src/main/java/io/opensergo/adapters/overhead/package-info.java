/**
 * What the adapters cost their frameworks at saturation: the same load with and without the
 * adapter, in two processes that take turns.
 */
@NullMarked
package io.opensergo.adapters.overhead;

import org.jspecify.annotations.NullMarked;
