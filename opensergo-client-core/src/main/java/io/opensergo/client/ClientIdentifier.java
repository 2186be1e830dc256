package io.opensergo.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a client calls itself to the control plane: {@code hostname-ip-pid-hash}, and the number of
 * the stream.
 *
 * <p>Each stream has an identifier of its own, because the public control plane ignores a stream
 * whose identifier belongs to one that it has not cleaned up yet.
 */
final class ClientIdentifier {

    private final String base = host() + "-" + ProcessHandle.current().pid() + "-" + randomHash();
    private int streams;

    /** Returns the identifier of the next stream. */
    String next() {
        streams++;
        return base + "-" + streams;
    }

    private static String host() {
        try {
            InetAddress local = InetAddress.getLocalHost();
            return local.getHostName() + "-" + local.getHostAddress();
        } catch (UnknownHostException e) {
            return "unknown-0.0.0.0";
        }
    }

    private static String randomHash() {
        return String.format("%08x", ThreadLocalRandom.current().nextInt());
    }
}
