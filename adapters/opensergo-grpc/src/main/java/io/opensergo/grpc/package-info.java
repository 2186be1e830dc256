/**
 * OpenSergo rules in gRPC: servers and channels are guarded by method and by service, calls go to
 * the instances that the rules choose, and carry the colour of the call that is being handled.
 *
 * <p>Open {@link io.opensergo.grpc.OpenSergoGrpc} first: it governs the builders of servers and
 * channels, or gives the interceptors for them. {@link io.opensergo.grpc.InstanceResolver} says
 * where services run.
 *
 * <p>Nothing here blocks: a call that has to wait does so on a timer, and goes on on a thread of
 * Reactor's bounded elastic scheduler.
 */
@NullMarked
package io.opensergo.grpc;

import org.jspecify.annotations.NullMarked;
