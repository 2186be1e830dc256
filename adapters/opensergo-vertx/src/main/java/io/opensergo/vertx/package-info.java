/**
 * OpenSergo rules in Vert.x: servers are guarded by route, clients by what they call, and calls go
 * to the instances that the rules choose.
 *
 * <p>Open {@link io.opensergo.vertx.OpenSergoVertx} first: its handlers go on routes, its {@code
 * client(...)} around an {@code HttpClient}. {@link io.opensergo.vertx.InstanceResolver} says where
 * services run, {@link io.opensergo.vertx.OnContext} brings Reactor's signals to a Vert.x context.
 *
 * <p>Nothing here blocks: a request that has to wait does so on a timer of Vert.x, and goes on on
 * its own context.
 */
@NullMarked
package io.opensergo.vertx;

import org.jspecify.annotations.NullMarked;
