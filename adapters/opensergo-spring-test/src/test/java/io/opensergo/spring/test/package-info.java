/** The slice, in plain contexts; those of Spring Boot are tested with the starters. */
@NullMarked
package io.opensergo.spring.test;

import org.jspecify.annotations.NullMarked;
