package io.opensergo.controlplane;

import java.time.Duration;

/**
 * How much the clients of a control plane may ask of it.
 *
 * @param maxStreams streams that deliver rules
 * @param maxConnections connections, in all
 * @param maxConnectionsPerAddress connections from one address
 * @param requestTimeout how long a message may take from its first byte to its last
 * @param maxPushBytes how large the push of a key may be on the wire
 */
record ServerLimits(
        int maxStreams,
        int maxStreamsPerClient,
        int maxKeysPerStream,
        int maxRequestsPerSecond,
        Duration stuckSubscriberTimeout,
        int maxConnections,
        int maxConnectionsPerAddress,
        Duration requestTimeout,
        int maxPushBytes) {

    /** Of health and reflection together; a balancer or a tool needs one each. */
    static final int MAX_CALLS_BESIDE = 1000;

    /**
     * How many calls a sweep resets; the next one, soon after, goes on. Thousands at once would
     * make everybody else wait.
     */
    static final int RESETS_AT_ONCE = 500;

    private static final int MAX_CALLS_PER_CONNECTION = 2000;

    /**
     * Returns how many calls of whichever service may be open, of clients known or not: some more
     * than there may be streams of both sorts, so that what is too much is refused with a reason.
     */
    int maxCalls() {
        return plus(plus(maxStreams, maxReporters()), 2 * MAX_CALLS_BESIDE);
    }

    /** Returns how many governors may report what they decide, each on a stream of its own. */
    int maxReporters() {
        return affordable(maxStreams, 64 * 1024);
    }

    /** Returns how much memory what they report may take. */
    static long maxReportedBytes() {
        return shareOfMemory(4);
    }

    /**
     * Returns how many calls a connection may have open. A client that has more waits, or opens
     * another connection.
     */
    int maxCallsPerConnection() {
        return Math.min(MAX_CALLS_PER_CONNECTION, plus(maxStreams, 100));
    }

    /** Returns how many bytes of messages that are not complete may be held. */
    static long maxArrivingBytes() {
        return shareOfMemory(8);
    }

    /** Returns how many bytes may be handed to the transport that clients have not taken. */
    static long maxUnreadBytes() {
        return shareOfMemory(8);
    }

    /** Returns one of so many parts of the memory that this process may use. */
    static long shareOfMemory(int parts) {
        return Runtime.getRuntime().maxMemory() / parts;
    }

    /** Returns a default number of things that take memory, less if there is less than usual. */
    static int affordable(int usual, int bytesEach) {
        return (int) Math.min(usual, Runtime.getRuntime().maxMemory() / bytesEach);
    }

    private static int plus(int number, int more) {
        return (int) Math.min(Integer.MAX_VALUE, (long) number + more);
    }
}
