/**
 * Tests of Spring applications by local rules: {@link
 * io.opensergo.spring.test.AutoConfigureTestGovernor}.
 */
@NullMarked
package io.opensergo.spring.test;

import org.jspecify.annotations.NullMarked;
