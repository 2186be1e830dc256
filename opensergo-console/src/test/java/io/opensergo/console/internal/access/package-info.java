/** Sessions and limits by a clock that a test moves. */
@NullMarked
package io.opensergo.console.internal.access;

import org.jspecify.annotations.NullMarked;
