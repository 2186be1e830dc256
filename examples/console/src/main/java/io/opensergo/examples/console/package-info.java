/** A console over three applications with traffic. */
@NullMarked
package io.opensergo.examples.console;

import org.jspecify.annotations.NullMarked;
