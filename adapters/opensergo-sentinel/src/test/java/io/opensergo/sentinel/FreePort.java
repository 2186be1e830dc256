package io.opensergo.sentinel;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port for a server that starts later. It is none of those that a system hands out by itself, to
 * connections or for port 0, so that nobody is given it meanwhile.
 */
final class FreePort {

    private static final int FIRST = 12_000;
    private static final int END = 32_000;

    private FreePort() {}

    static int find() {
        for (int tries = 0; tries < 1_000; tries++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                continue; // somebody listens there
            }
        }
        throw new AssertionError("no free port");
    }
}
