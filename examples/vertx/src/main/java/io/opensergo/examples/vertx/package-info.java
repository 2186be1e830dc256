/** A service and its client on Vert.x, governed by rules that change while they run. */
@NullMarked
package io.opensergo.examples.vertx;

import org.jspecify.annotations.NullMarked;
