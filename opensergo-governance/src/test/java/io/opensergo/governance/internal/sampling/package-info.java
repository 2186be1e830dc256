@NullMarked
package io.opensergo.governance.internal.sampling;

import org.jspecify.annotations.NullMarked;
