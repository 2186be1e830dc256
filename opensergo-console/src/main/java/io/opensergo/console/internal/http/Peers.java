package io.opensergo.console.internal.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.jspecify.annotations.Nullable;

/**
 * The open connections. Closes those that an address has too many of, and those whose next request
 * has begun and is not complete in time, however steadily its bytes come: Jetty's idle time begins
 * anew with each byte.
 *
 * <p>For any number of threads.
 */
final class Peers implements Connection.Listener {

    private static final class Peer {

        final @Nullable InetAddress address;
        volatile long requestsSeen = -1;
        volatile long bytesSeen;
        volatile long waitingSince;

        Peer(@Nullable InetAddress address, long now) {
            this.address = address;
            this.waitingSince = now;
        }
    }

    private final Map<Connection, Peer> open = new ConcurrentHashMap<>();
    private final Map<InetAddress, Integer> byAddress = new ConcurrentHashMap<>();
    private final int maxPerAddress;
    private final long timeoutNanos;
    private final LongSupplier nanoTime;

    Peers(int maxPerAddress, Duration timeout, LongSupplier nanoTime) {
        this.maxPerAddress = maxPerAddress;
        this.timeoutNanos = timeout.toNanos();
        this.nanoTime = nanoTime;
    }

    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof SslConnection) {
            return; // the one above it counts
        }
        InetAddress address =
                connection.getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress inet
                        ? inet.getAddress()
                        : null;
        open.put(connection, new Peer(address, nanoTime.getAsLong()));
        if (address != null && byAddress.merge(address, 1, Integer::sum) > maxPerAddress) {
            connection.getEndPoint().close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        Peer peer = open.remove(connection);
        if (peer != null && peer.address != null) {
            byAddress.computeIfPresent(
                    peer.address, (address, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Closes what is late; to be called now and then. */
    void sweep() {
        long now = nanoTime.getAsLong();
        open.forEach(
                (connection, peer) -> {
                    if (isLate(connection, peer, now)) {
                        connection.getEndPoint().close();
                    }
                });
    }

    /** A connection whose request is being served has a limit of its own, of the exchange. */
    private boolean isLate(Connection connection, Peer peer, long now) {
        long requests = connection.getMessagesIn();
        long bytes = connection.getBytesIn();
        boolean isServed = requests > connection.getMessagesOut();
        if (isServed || requests != peer.requestsSeen) {
            peer.requestsSeen = requests;
            peer.bytesSeen = bytes;
            if (isServed || requests > 0) {
                peer.waitingSince = now;
                return false;
            }
        }
        boolean nothingBegun = requests > 0 && bytes == peer.bytesSeen;
        if (nothingBegun) {
            peer.waitingSince = now;
            return false;
        }
        return now - peer.waitingSince > timeoutNanos;
    }

    /** Returns how many connections are open. */
    int count() {
        return open.size();
    }
}
