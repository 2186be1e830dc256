/** Tests of the control plane. */
@NullMarked
package io.opensergo.controlplane;

import org.jspecify.annotations.NullMarked;
