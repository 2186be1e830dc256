/**
 * What a route asks for besides a destination, as plain values that a framework carries out: time
 * limits, retries within a budget, faults, changes of headers, rewrites, redirects and responses.
 *
 * <p>Nothing here has a timer, a thread or a connection. Everything is compiled with the rules, and
 * safe for any number of threads. {@link io.opensergo.governance.routing.RouteActions} is where a
 * framework finds it.
 */
@NullMarked
package io.opensergo.governance.action;

import org.jspecify.annotations.NullMarked;
