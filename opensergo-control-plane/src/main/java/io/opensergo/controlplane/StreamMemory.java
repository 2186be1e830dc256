package io.opensergo.controlplane;

/**
 * The memory that is held for what one stream says: the keys that it follows, the reasons of its
 * refusals, the answers that it has not read. Confined to the lock of its {@link Subscriber}.
 */
final class StreamMemory {

    private final TransportService service;
    private final Caller caller;
    private long held;
    private long heldOfReserve;
    private boolean closed;

    StreamMemory(TransportService service, Caller caller) {
        this.service = service;
        this.caller = caller;
    }

    /** Takes memory, if the client may have so much. */
    boolean hold(long bytes) {
        if (closed) {
            return false;
        }
        if (!service.memory().acquire(caller.countedAs(), bytes)) {
            service.overMemory(caller);
            return false;
        }
        held += bytes;
        return true;
    }

    void release(long bytes) {
        held -= bytes;
        service.memory().release(caller.countedAs(), bytes);
    }

    /**
     * Takes memory of the reserve for refusals, so that a client can be told that there is none.
     */
    boolean holdOfReserve(long bytes) {
        if (closed || !service.refusalReserve().acquire(caller.countedAs(), bytes)) {
            return false;
        }
        heldOfReserve += bytes;
        return true;
    }

    void releaseOfReserve(long bytes) {
        heldOfReserve -= bytes;
        service.refusalReserve().release(caller.countedAs(), bytes);
    }

    /** Gives all of it back; there will be no more. */
    void close() {
        closed = true;
        release(held);
        releaseOfReserve(heldOfReserve);
    }
}
