/** Rules that decide on calls in this process, edited while it runs. */
@NullMarked
package io.opensergo.examples.governance;

import org.jspecify.annotations.NullMarked;
