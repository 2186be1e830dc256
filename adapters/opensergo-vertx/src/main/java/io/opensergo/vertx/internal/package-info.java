/** What Vert.x has to find by itself, and nobody else. */
@NullMarked
package io.opensergo.vertx.internal;

import org.jspecify.annotations.NullMarked;
