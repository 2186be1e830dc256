/** Tests of the suite: that it can be run all the way, and that it can fail. */
@NullMarked
package io.opensergo.conformance;

import org.jspecify.annotations.NullMarked;
