/** What modules of this project share. Not for use outside it. */
@NullMarked
package io.opensergo.rules.internal;

import org.jspecify.annotations.NullMarked;
