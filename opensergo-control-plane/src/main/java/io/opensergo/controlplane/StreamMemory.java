package io.opensergo.controlplane;

/**
 * The memory that is held for what one stream says: the keys that it follows, the reasons of its
 * refusals, the answers that it has not read. Confined to the lock of its {@link Subscriber}.
 */
final class StreamMemory {

    private final ClientMemory ofAll;
    private final Caller caller;
    private long held;
    private long heldOfReserve;
    private boolean closed;

    StreamMemory(ClientMemory ofAll, Caller caller) {
        this.ofAll = ofAll;
        this.caller = caller;
    }

    /** Takes memory, if the client may have so much. */
    boolean hold(long bytes) {
        if (closed || !ofAll.acquire(caller, bytes)) {
            return false;
        }
        held += bytes;
        return true;
    }

    void release(long bytes) {
        held -= bytes;
        ofAll.release(caller, bytes);
    }

    /**
     * Takes memory of the reserve for refusals, so that a client can be told that there is none.
     */
    boolean holdOfReserve(long bytes) {
        if (closed || !ofAll.acquireOfReserve(caller, bytes)) {
            return false;
        }
        heldOfReserve += bytes;
        return true;
    }

    void releaseOfReserve(long bytes) {
        heldOfReserve -= bytes;
        ofAll.releaseOfReserve(caller, bytes);
    }

    /** Gives all of it back; there will be no more. */
    void close() {
        closed = true;
        release(held);
        releaseOfReserve(heldOfReserve);
    }
}
