/** The console over sockets, with a real control plane behind it and real clients of that. */
@NullMarked
package io.opensergo.console;

import org.jspecify.annotations.NullMarked;
