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
        return ThreadLocalRandom.current()
                .ints(1_000, FIRST, END)
                .filter(FreePort::isFree)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no free port"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false; // somebody listens there
        }
    }
}
