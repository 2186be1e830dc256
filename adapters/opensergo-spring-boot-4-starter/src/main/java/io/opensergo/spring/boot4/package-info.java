/** What Spring Boot 4 has in packages of its own: health, and customizers of clients. */
@NullMarked
package io.opensergo.spring.boot4;

import org.jspecify.annotations.NullMarked;
