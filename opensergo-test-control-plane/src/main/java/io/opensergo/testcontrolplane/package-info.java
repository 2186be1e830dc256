/**
 * A control plane for tests, with its faults: begin with {@link
 * io.opensergo.testcontrolplane.TestControlPlane}.
 */
@NullMarked
package io.opensergo.testcontrolplane;

import org.jspecify.annotations.NullMarked;
