/** TODO */
@NullMarked
package io.opensergo.dubbo;

import org.jspecify.annotations.NullMarked;
