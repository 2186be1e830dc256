/** Faults, and what becomes of clients. */
@NullMarked
package io.opensergo.testcontrolplane;

import org.jspecify.annotations.NullMarked;
