/** The reactive client. */
@NullMarked
package io.opensergo.client;

import org.jspecify.annotations.NullMarked;
