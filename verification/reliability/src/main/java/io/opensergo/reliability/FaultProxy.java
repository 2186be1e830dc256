package io.opensergo.reliability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy that does to connections what networks do: delay, drip, cut, reset, fall silent,
 * refuse.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(controlPlane.port());
 *         OpenSergoClient client = OpenSergoClients.connect(proxy.endpoint())) {
 *     proxy.connections().forEach(ProxiedConnection::reset);
 * }
 * }</pre>
 *
 * <p>It listens on the loopback interface. One thread carries all connections, so that hundreds of
 * them cost little; for any number of threads.
 */
public final class FaultProxy implements AutoCloseable {

    /** What waits to be accepted must not be dropped when hundreds of clients come at once. */
    private static final int BACKLOG = 4096;

    private final InetSocketAddress upstream;
    private final Consumer<ProxiedConnection> onConnection;
    private final int port;
    private final ProxyLoop loop;

    /** Confined to the loop. */
    private final Set<ProxiedConnection> connections = new LinkedHashSet<>();

    private @Nullable ServerSocketChannel listener;
    private long accepted;

    private FaultProxy(InetSocketAddress upstream, Consumer<ProxiedConnection> onConnection) {
        this.upstream = upstream;
        this.onConnection = onConnection;
        this.port = Ports.free();
        try {
            this.loop = new ProxyLoop("fault-proxy-" + port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a proxy to a port of this machine. */
    public static FaultProxy to(int upstreamPort) {
        return to(upstreamPort, connection -> {});
    }

    /**
     * Starts a proxy to a port of this machine.
     *
     * @param onConnection told of each connection before a byte of it is forwarded, on the proxy's
     *     thread; may inject faults into it and must not block
     */
    public static FaultProxy to(int upstreamPort, Consumer<ProxiedConnection> onConnection) {
        var upstream = new InetSocketAddress(InetAddress.getLoopbackAddress(), upstreamPort);
        var proxy = new FaultProxy(upstream, onConnection);
        proxy.resume();
        return proxy;
    }

    /** Returns the port it listens on, also while it refuses connections. */
    public int port() {
        return port;
    }

    /** Returns {@code host:port} of this proxy. */
    public String endpoint() {
        return upstream.getAddress().getHostAddress() + ":" + port;
    }

    /** Returns the connections that are not over, the oldest first. */
    public List<ProxiedConnection> connections() {
        return loop.call(() -> List.copyOf(connections));
    }

    /** Returns how many connections were accepted so far. */
    public long accepted() {
        return loop.call(() -> accepted);
    }

    /**
     * Lets the machine refuse new connections, as if nothing listened here; those that exist stay.
     * Not to be called by {@code onConnection}.
     */
    public void refuse() {
        loop.run(this::stopListening);
    }

    private void stopListening() {
        if (listener != null) {
            try {
                listener.close();
                loop.forgetClosed();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            listener = null;
        }
    }

    /** Takes new connections again. */
    public void resume() {
        loop.run(this::listen);
    }

    private void listen() {
        if (listener != null) {
            return;
        }
        try {
            ServerSocketChannel opened = ServerSocketChannel.open();
            opened.configureBlocking(false);
            opened.bind(new InetSocketAddress(upstream.getAddress(), port), BACKLOG);
            loop.register(opened, SelectionKey.OP_ACCEPT, new Acceptor(opened));
            listener = opened;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port, e);
        }
    }

    /** Refuses new connections and throws those that exist away. */
    @Override
    public void close() {
        loop.run(
                () -> {
                    stopListening();
                    new ArrayList<>(connections).forEach(ProxiedConnection::reset);
                });
        loop.close();
    }

    private void accept(SocketChannel client) throws IOException {
        accepted++;
        var connection =
                new ProxiedConnection(
                        loop, accepted, client, SocketChannel.open(), connections::remove);
        connections.add(connection);
        try {
            connection.open(upstream);
        } catch (IOException e) {
            connection.reset();
            return;
        }
        onConnection.accept(connection);
    }

    private final class Acceptor implements ProxyLoop.Handler {

        private final ServerSocketChannel channel;

        Acceptor(ServerSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void ready(SelectionKey key) throws IOException {
            for (SocketChannel client = channel.accept();
                    client != null;
                    client = channel.accept()) {
                accept(client);
            }
        }

        /** The peer may be gone before it is accepted; the next one is not. */
        @Override
        public void failed(IOException cause) {}
    }
}
