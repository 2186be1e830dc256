/** The kit under test, by itself. */
@NullMarked
package io.opensergo.test;

import org.jspecify.annotations.NullMarked;
