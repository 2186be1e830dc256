/** TODO */
@NullMarked
package io.opensergo.sentinel;

import org.jspecify.annotations.NullMarked;
