/** The mapping between rule records and wire messages. */
@NullMarked
package io.opensergo.proto;

import org.jspecify.annotations.NullMarked;
