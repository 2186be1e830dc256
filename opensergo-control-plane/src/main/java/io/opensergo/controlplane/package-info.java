/** The embeddable control plane. */
@NullMarked
package io.opensergo.controlplane;

import org.jspecify.annotations.NullMarked;
