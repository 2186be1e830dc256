/** Two services of Spring Boot and a gateway, governed by rules that change while they run. */
@NullMarked
package io.opensergo.examples.spring;

import org.jspecify.annotations.NullMarked;
