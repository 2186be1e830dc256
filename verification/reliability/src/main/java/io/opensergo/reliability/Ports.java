package io.opensergo.reliability;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports to listen on again and again.
 *
 * <p>A port that the system hands out is of the range from which it takes those of outgoing
 * connections too: while nobody listens there, one of hundreds of clients that reconnect may be
 * given it, and the server cannot come back.
 */
public final class Ports {

    private static final int FIRST = 12_000;
    private static final int LAST = 31_999;
    private static final int ATTEMPTS = 200;

    private Ports() {}

    /**
     * Returns a port below the range of outgoing connections on which nobody listens.
     *
     * @throws IllegalStateException if none is found
     */
    public static int free() {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken: another one
            }
        }
        throw new IllegalStateException(
                "no free port of " + ATTEMPTS + " from " + FIRST + " to " + LAST);
    }
}
