@NullMarked
package io.opensergo.controlplane.metrics;

import org.jspecify.annotations.NullMarked;
