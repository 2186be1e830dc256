@NullMarked
package io.opensergo.gitrepository;

import org.jspecify.annotations.NullMarked;
