/** The rules of the example under test. */
@NullMarked
package io.opensergo.examples.governance;

import org.jspecify.annotations.NullMarked;
