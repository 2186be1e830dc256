/** What Spring Boot 3 has in packages of its own: health, and customizers of clients. */
@NullMarked
package io.opensergo.spring.boot3;

import org.jspecify.annotations.NullMarked;
