/** An application on Sentinel that OpenSergo rules govern by adding a jar and a setting. */
@NullMarked
package io.opensergo.examples.sentinel;

import org.jspecify.annotations.NullMarked;
