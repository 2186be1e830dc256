package io.opensergo.controlplane;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of any service, from its first frame to its end.
 *
 * <p><b>The end.</b> gRPC tells an application of the end of a call in one of several ways, and of
 * some ends not at all: a message that cannot be read, an {@code Error} on the way. It tells a
 * tracer of each, since the transport does. So what hangs on a call is freed from here.
 *
 * <p><b>Cutting.</b> gRPC lets a server only close a stream. The status then waits behind what the
 * client does not read, and with it the bytes; and a stream whose client does not end its own side
 * stays open after it. The one thing for which gRPC itself resets a stream is that the deadline of
 * the call's context has passed. So each call gets a context of ours around its own, which can end
 * the same way.
 *
 * <p>The transport's thread tells it what happens; any thread may ask or cut.
 */
final class Call extends ServerStreamTracer {

    private static final Logger LOG = LoggerFactory.getLogger(Call.class);
    private static final Context.Key<Call> KEY = Context.key("opensergo-call");
    private static final long NONE = 0;

    /** gRPC says that a call is ready while less is left in the transport. */
    static final int READY_BELOW_BYTES = 32 * 1024;

    /** What a part of a message takes beside its bytes, in buffers and their lists. */
    private static final int BYTES_PER_PIECE = 128;

    /** What is to be done at the end, if it is not a task. */
    private enum AtEnd implements Runnable {
        NOTHING,
        OVER;

        @Override
        public void run() {}
    }

    private final Calls calls;
    private final boolean overLimit;
    private final long begunNanos;
    private final AtomicReference<Runnable> atEnd = new AtomicReference<>(AtEnd.NOTHING);
    private volatile Context.@Nullable CancellableContext context;
    private volatile @Nullable ServerCall<?, ?> serverCall;

    /** Since when a message is coming, by {@link System#nanoTime}. */
    private volatile long arrivingSince = NONE;

    private volatile boolean needsNoRequest;

    /** When it is to be over at the latest, by {@link System#nanoTime}. */
    private volatile long overBy = NONE;

    private long arrivingBytes; // by the transport's thread alone

    /**
     * @param overLimit whether there are too many, and this one is to be refused
     */
    Call(Calls calls, boolean overLimit, long nowNanos) {
        this.calls = calls;
        this.overLimit = overLimit;
        this.begunNanos = nowNanos;
    }

    /** Returns the call that the current thread serves. */
    static Call current() {
        return KEY.get();
    }

    /**
     * Refuses a call and resets its stream, so that nothing of it is left even if the client does
     * not end its side.
     */
    static <ReqT> ServerCall.Listener<ReqT> refuse(ServerCall<ReqT, ?> call, Status why) {
        call.close(why, new Metadata());
        current().cut("it was refused");
        return new ServerCall.Listener<>() {};
    }

    /** Takes note of gRPC's side of the call. */
    void servedBy(ServerCall<?, ?> call) {
        serverCall = call;
    }

    /**
     * Returns whether all that was sent has left the transport.
     *
     * <p>gRPC says whether less than a threshold is left, so the threshold is 1 for the time of the
     * question. It does not have gRPC report that moment: that would be a hop between threads for
     * each message of each stream. What falls below the other threshold meanwhile is not reported
     * either, so whoever waits for that has to ask {@code isReady} again after this.
     */
    boolean hasSentAll() {
        ServerCall<?, ?> own = serverCall;
        if (own == null) {
            return false;
        }
        own.setOnReadyThreshold(1);
        boolean sentAll = own.isReady();
        own.setOnReadyThreshold(READY_BELOW_BYTES);
        return sentAll;
    }

    boolean isOverLimit() {
        return overLimit;
    }

    boolean isOver() {
        return atEnd.get() == AtEnd.OVER;
    }

    /** Has a task run when the call is over; at once if it is. There is one task at most. */
    void onEnd(Runnable task) {
        if (!atEnd.compareAndSet(AtEnd.NOTHING, task)) {
            task.run();
        }
    }

    /** The request is here, or none is to come: from now on the call may take its time. */
    void requestArrived() {
        needsNoRequest = true;
    }

    /** It has been closed: it is reset if the client has not taken all of it by then. */
    void closed(long overByNanos) {
        overBy = overByNanos | 1;
    }

    /** Returns whether it was closed and the client does not let it end. */
    boolean lingers(long nowNanos) {
        long by = overBy;
        return by != NONE && nowNanos - by > 0;
    }

    /** Resets the stream; the client gets no reason, unless the call was closed before. */
    void cut(String reason) {
        overBy = NONE;
        Context.CancellableContext own = context;
        if (own != null) {
            own.cancel(Status.DEADLINE_EXCEEDED.withDescription(reason).asException());
        }
    }

    /** Returns whether a request, or the rest of a message, is awaited for too long. */
    boolean isLate(long nowNanos, long timeoutNanos) {
        long arriving = arrivingSince;
        return (!needsNoRequest && nowNanos - begunNanos > timeoutNanos)
                || (arriving != NONE && nowNanos - arriving > timeoutNanos);
    }

    @Override
    public Context filterContext(Context parent) {
        Context.CancellableContext cuttable = parent.withCancellation();
        context = cuttable;
        return cuttable.withValue(KEY, this);
    }

    @Override
    public void inboundMessage(int number) {
        arrivingSince = System.nanoTime() | 1;
    }

    @Override
    public void inboundWireSize(long bytes) {
        long more = bytes + BYTES_PER_PIECE;
        arrivingBytes += more;
        if (!calls.hold(more, arrivingBytes)) {
            cut("too much is on its way");
        }
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long size) {
        arrivingSince = NONE;
        releaseArriving();
    }

    private void releaseArriving() {
        calls.release(arrivingBytes);
        arrivingBytes = 0;
    }

    @Override
    public void streamClosed(Status status) {
        Runnable task = atEnd.getAndSet(AtEnd.OVER);
        if (task == AtEnd.OVER) {
            return;
        }
        arrivingSince = NONE;
        needsNoRequest = true;
        calls.ended(this);
        releaseArriving();
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("A call has ended and what belongs to it cannot be freed", e);
        }
    }
}
