/**
 * The tests of both starters: real applications of one Spring Boot after the other, over sockets.
 */
@NullMarked
package io.opensergo.spring.tests;

import org.jspecify.annotations.NullMarked;
