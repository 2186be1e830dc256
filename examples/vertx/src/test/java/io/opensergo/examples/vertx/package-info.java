/** The rules of the example under test. */
@NullMarked
package io.opensergo.examples.vertx;

import org.jspecify.annotations.NullMarked;
