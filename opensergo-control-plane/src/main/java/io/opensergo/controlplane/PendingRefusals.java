package io.opensergo.controlplane;

import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The refusals that one stream has not been sent yet, each in memory that is counted. Confined to
 * the lock of its {@link Subscriber}.
 */
final class PendingRefusals {

    private static final int BYTES = 300;

    /**
     * An answer that waits for the client.
     *
     * @param reserved whether it is held in the reserve
     */
    private record Refusal(SubscribeResponse response, boolean reserved) {

        long bytes() {
            return 2L * response.getSerializedSize() + BYTES;
        }
    }

    private final StreamMemory memory;
    private final Queue<Refusal> refusals = new ArrayDeque<>(1);

    PendingRefusals(StreamMemory memory) {
        this.memory = memory;
    }

    boolean isEmpty() {
        return refusals.isEmpty();
    }

    /** Takes a refusal and returns whether there is memory for it. */
    boolean add(SubscribeResponse response) {
        var refusal = new Refusal(response, false);
        return memory.hold(refusal.bytes()) && refusals.add(refusal);
    }

    /** Takes a refusal for which there was no memory, and returns whether the reserve has some. */
    boolean addOfReserve(SubscribeResponse response) {
        var refusal = new Refusal(response, true);
        return memory.holdOfReserve(refusal.bytes()) && refusals.add(refusal);
    }

    /** Returns the next refusal; there must be one. */
    SubscribeResponse next() {
        return refusals.element().response();
    }

    /** Takes note that the next refusal has been sent. */
    void sent() {
        Refusal refusal = refusals.remove();
        if (refusal.reserved()) {
            memory.releaseOfReserve(refusal.bytes());
        } else {
            memory.release(refusal.bytes());
        }
    }

    void clear() {
        refusals.clear();
    }
}
