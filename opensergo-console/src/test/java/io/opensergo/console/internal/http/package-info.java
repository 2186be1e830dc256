/** What requests may take of the process. */
@NullMarked
package io.opensergo.console.internal.http;

import org.jspecify.annotations.NullMarked;
