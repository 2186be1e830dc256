/** What the adapters for Spring Framework and Spring Cloud share; not for use by applications. */
@NullMarked
package io.opensergo.spring.internal;

import org.jspecify.annotations.NullMarked;
