/**
 * What tests and reports break connections with: a TCP proxy that lies between a real client and a
 * real server, and servers in processes of their own that can be killed.
 *
 * <p>Start with {@link io.opensergo.reliability.FaultProxy}. Depends on nothing but the JDK.
 */
@NullMarked
package io.opensergo.reliability;

import org.jspecify.annotations.NullMarked;
