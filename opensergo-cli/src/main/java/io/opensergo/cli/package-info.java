/** The command line. */
@NullMarked
package io.opensergo.cli;

import org.jspecify.annotations.NullMarked;
