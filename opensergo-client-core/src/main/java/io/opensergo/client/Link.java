package io.opensergo.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.function.BiConsumer;
import reactor.core.Disposable;

/**
 * A channel to one endpoint and what becomes of it. Confined to the event loop.
 *
 * <p>Each link has a channel of its own: names are resolved anew, no delay of gRPC's adds to ours,
 * and what is left of a failed attempt goes with it.
 */
final class Link {

    private final EventLoop loop;
    private final int endpointIndex;
    private final ManagedChannel channel;
    private final BiConsumer<Link, ConnectivityState> onChange;
    private Disposable deadline = () -> {};
    private boolean dropped;

    /**
     * @param onChange told each new state of the channel
     */
    Link(
            EventLoop loop,
            int endpointIndex,
            ManagedChannel channel,
            BiConsumer<Link, ConnectivityState> onChange) {
        this.loop = loop;
        this.endpointIndex = endpointIndex;
        this.channel = channel;
        this.onChange = onChange;
    }

    int endpointIndex() {
        return endpointIndex;
    }

    ManagedChannel channel() {
        return channel;
    }

    /**
     * Connects, and gives up if that takes too long: a server may accept a connection and then say
     * nothing, which no keepalive notices before the connection is established.
     */
    void connect(Duration timeout, Runnable onTimeout) {
        deadline = loop.schedule(timeout, onTimeout);
        channel.getState(true);
        // As it was made: a stream may have made it leave that state before we look.
        watchFrom(ConnectivityState.IDLE);
    }

    private void watchFrom(ConnectivityState known) {
        channel.notifyWhenStateChanged(known, () -> loop.execute(this::changed));
    }

    private void changed() {
        ConnectivityState state = channel.getState(false);
        if (dropped || state == ConnectivityState.SHUTDOWN) {
            return;
        }
        if (state == ConnectivityState.READY) {
            deadline.dispose();
        }
        onChange.accept(this, state);
        if (!dropped) {
            watchFrom(state);
        }
    }

    /** Ends the channel at once; nothing more is heard of it. */
    void drop() {
        dropped = true;
        deadline.dispose();
        channel.shutdownNow();
    }
}
