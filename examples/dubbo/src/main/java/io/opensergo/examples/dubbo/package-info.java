/** Dubbo services that rules guard and route, edited while they run. */
@NullMarked
package io.opensergo.examples.dubbo;

import org.jspecify.annotations.NullMarked;
