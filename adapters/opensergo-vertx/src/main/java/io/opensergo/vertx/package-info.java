/** TODO */
@NullMarked
package io.opensergo.vertx;

import org.jspecify.annotations.NullMarked;
