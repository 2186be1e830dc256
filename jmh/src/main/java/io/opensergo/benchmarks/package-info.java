/** Benchmarks of all modules. */
@NullMarked
package io.opensergo.benchmarks;

import org.jspecify.annotations.NullMarked;
