/** The rules of the example under test. */
@NullMarked
package io.opensergo.examples.spring;

import org.jspecify.annotations.NullMarked;
