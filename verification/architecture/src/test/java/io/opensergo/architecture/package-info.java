/** Keeps the modules and packages in their order. */
@NullMarked
package io.opensergo.architecture;

import org.jspecify.annotations.NullMarked;
