/** Proves what holds when connections break, servers die and rules change all the while. */
@NullMarked
package io.opensergo.reliability;

import org.jspecify.annotations.NullMarked;
