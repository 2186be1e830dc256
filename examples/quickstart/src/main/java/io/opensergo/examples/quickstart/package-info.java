/** The first program to run. */
@NullMarked
package io.opensergo.examples.quickstart;

import org.jspecify.annotations.NullMarked;
