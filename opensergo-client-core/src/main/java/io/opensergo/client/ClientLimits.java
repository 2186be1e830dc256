package io.opensergo.client;

/**
 * What a client takes at most.
 *
 * @param maxInboundMessageBytes bytes of a push that is read; a larger one is refused, and one of
 *     more than {@value #HARD_FACTOR} times as much ends the stream
 * @param maxKeys keys that are followed at once
 * @param maxKinds kinds that are followed at once
 * @param maxRulesPerSnapshot rules of one push
 */
record ClientLimits(
        int maxInboundMessageBytes, int maxKeys, int maxKinds, int maxRulesPerSnapshot) {

    /** The transport must let a push through that is to be refused by its key. */
    private static final int HARD_FACTOR = 4;

    static final ClientLimits DEFAULTS =
            new ClientLimits(16 * 1024 * 1024, 100_000, 1_000, 100_000);

    /** Returns how large a message the transport lets through. */
    int transportMessageBytes() {
        return (int) Math.min(Integer.MAX_VALUE, (long) HARD_FACTOR * maxInboundMessageBytes);
    }
}
