/**
 * The reactive client: it follows a control plane over gRPC and keeps the last good rules.
 *
 * <p>Open {@link io.opensergo.client.OpenSergoClients} first. All state of a client is confined to
 * one thread of its own, its {@code EventLoop}; signals to subscribers run on a Reactor scheduler.
 */
@NullMarked
package io.opensergo.client;

import org.jspecify.annotations.NullMarked;
