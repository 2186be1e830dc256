/**
 * Measures how busy the processors are that this process may use. Not for use outside this module.
 */
@NullMarked
package io.opensergo.governance.internal.load;

import org.jspecify.annotations.NullMarked;
