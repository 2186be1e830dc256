/**
 * Auto-configuration of what Spring Boot 3.5 and 4 have in common. Applications add the starter of
 * their version, which brings this.
 *
 * <p>Open {@link io.opensergo.spring.boot.OpenSergoProperties} first: it has all settings.
 */
@NullMarked
package io.opensergo.spring.boot;

import org.jspecify.annotations.NullMarked;
