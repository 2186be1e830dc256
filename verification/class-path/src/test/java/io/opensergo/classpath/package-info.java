/** The published client in processes of their own, whose class or module paths vary. */
@NullMarked
package io.opensergo.classpath;

import org.jspecify.annotations.NullMarked;
