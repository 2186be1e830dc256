/** Real providers and consumers, a real registry and a real control plane, with sockets between. */
@NullMarked
package io.opensergo.dubbo;

import org.jspecify.annotations.NullMarked;
