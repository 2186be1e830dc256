package io.opensergo.reliability;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One connection through a {@link FaultProxy}, and what may be done to it.
 *
 * <p>For any number of threads. A fault is in force when the method returns; on a connection that
 * is over it has no effect.
 */
public final class ProxiedConnection {

    /** How long a peer that was told of the end may go on before its socket is closed. */
    private static final Duration CUT_GRACE = Duration.ofSeconds(1);

    private final ProxyLoop loop;
    private final long number;
    private final Consumer<ProxiedConnection> onEnd;
    private final Side client;
    private final Side server;
    private final Relay upstream;
    private final Relay downstream;

    /** Of a half-open connection one side may be gone while the other is kept. */
    private boolean silent;

    private boolean over;

    ProxiedConnection(
            ProxyLoop loop,
            long number,
            SocketChannel accepted,
            SocketChannel toServer,
            Consumer<ProxiedConnection> onEnd) {
        this.loop = loop;
        this.number = number;
        this.onEnd = onEnd;
        this.client = new Side(accepted, new SideEvents());
        this.server = new Side(toServer, new SideEvents());
        this.upstream = new Relay(loop, client, server, new RelayEvents());
        this.downstream = new Relay(loop, server, client, new RelayEvents());
    }

    void open(SocketAddress upstreamAddress) throws IOException {
        client.register(loop);
        server.register(loop);
        if (server.channel().connect(upstreamAddress)) {
            startRelays();
        } else {
            server.wantConnect(true);
        }
    }

    private void startRelays() throws IOException {
        upstream.start();
        downstream.start();
    }

    /** Returns its number, from 1 in the order in which the proxy accepted connections. */
    public long number() {
        return number;
    }

    /** Returns whether neither side is gone. */
    public boolean isOpen() {
        return loop.call(() -> client.channel().isOpen() && server.channel().isOpen());
    }

    /** Returns how many bytes were forwarded in a direction. */
    public long forwarded(Direction direction) {
        return loop.call(() -> relay(direction).forwarded());
    }

    /** Holds every byte of a direction that comes from now on back for so long. */
    public void latency(Direction direction, Duration delay) {
        loop.run(() -> relay(direction).latency(delay));
    }

    /** Forwards at most so many bytes of a direction at a time, with a pause between. */
    public void drip(Direction direction, int bytes, Duration interval) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes must be >= 1, was " + bytes);
        }
        loop.run(() -> relay(direction).drip(bytes, interval));
    }

    /**
     * Drops every byte of a direction from now on, without a sign to either side. The bytes are
     * gone, so there is no way back.
     */
    public void swallow(Direction direction) {
        loop.run(() -> relay(direction).swallow());
    }

    /**
     * Makes the connection half-open: both sides keep their sockets, and neither hears of the other
     * again, not even that it closed. There is no way back.
     */
    public void goSilent() {
        loop.run(
                () -> {
                    silent = true;
                    upstream.swallow();
                    downstream.swallow();
                });
    }

    /** Forwards so many more bytes of a direction, then {@linkplain #cut cuts} the connection. */
    public void truncateAfter(Direction direction, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0, was " + bytes);
        }
        loop.run(() -> client.guard(() -> relay(direction).truncateAfter(bytes)));
    }

    /** Takes back latency, drip and a truncation that has not happened. */
    public void restore() {
        loop.run(() -> client.guard(this::restoreRelays));
    }

    private void restoreRelays() throws IOException {
        upstream.restore();
        downstream.restore();
    }

    /** Ends the connection towards both sides in good order, by a FIN; drops what is on its way. */
    public void cut() {
        loop.run(() -> client.guard(this::endBoth));
    }

    private void endBoth() throws IOException {
        if (!over) {
            upstream.end();
            downstream.end();
            loop.after(CUT_GRACE, this::close);
        }
    }

    /** Throws the connection away towards both sides, by an RST. */
    public void reset() {
        loop.run(this::resetBoth);
    }

    private void resetBoth() {
        closeBy(client::reset);
        closeBy(server::reset);
        ended();
    }

    /** Closes what is left of both sides. */
    void close() {
        closeBy(client::close);
        closeBy(server::close);
        ended();
    }

    private static void closeBy(Side.Step step) {
        try {
            step.run();
        } catch (IOException e) {
            // a socket that cannot be closed in good order is as good as closed
        }
    }

    private void ended() {
        if (!over) {
            over = true;
            onEnd.accept(this);
        }
    }

    private Relay relay(Direction direction) {
        return direction == Direction.UPSTREAM ? upstream : downstream;
    }

    /** Returns for example {@code connection 17}. */
    @Override
    public String toString() {
        return "connection " + number;
    }

    private final class SideEvents implements Side.Owner {

        @Override
        public void ready(Side side, SelectionKey key) throws IOException {
            if (key.isConnectable()) {
                side.channel().finishConnect();
                side.wantConnect(false);
                startRelays();
                return;
            }
            if (key.isReadable()) {
                (side == client ? upstream : downstream).read();
            }
            if (key.isValid() && key.isWritable()) {
                (side == client ? downstream : upstream).flush();
            }
            if (!client.channel().isOpen() && !server.channel().isOpen()) {
                ended();
            }
        }

        @Override
        public void failed(Side side) {
            if (silent) {
                closeBy(side::close);
            } else {
                resetBoth();
            }
        }
    }

    private final class RelayEvents implements Relay.Owner {

        @Override
        public void finished() {
            if (upstream.isFinished() && downstream.isFinished()) {
                close();
            }
        }

        @Override
        public void exhausted() {
            cut();
        }
    }
}
