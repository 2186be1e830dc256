/**
 * Where a request goes: routers compiled into a decision structure, subsets of instances, lanes.
 *
 * <p>Open {@link io.opensergo.governance.routing.RouteTable} first; {@link
 * io.opensergo.governance.routing.RequestView} is what a framework implements for it, {@link
 * io.opensergo.governance.routing.Lanes} colours and carries. Everything compiled is immutable and
 * safe for many threads, but for the positions of weighted picks and the counts of shadows, which
 * are atomic. Deciding takes no lock, and allocates only where a regular expression of general form
 * has to run. Depends on the rules, RE2/J and, for the colour in a context, Reactor.
 */
@NullMarked
package io.opensergo.governance.routing;

import org.jspecify.annotations.NullMarked;
