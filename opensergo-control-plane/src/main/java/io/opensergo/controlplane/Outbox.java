package io.opensergo.controlplane;

import io.grpc.stub.ServerCallStreamObserver;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.time.Duration;

/**
 * What one stream has handed to its transport and its client has not taken, and for how much more
 * it has a place.
 *
 * <p>gRPC does not report when all that was handed over has left, but can be asked: when more is to
 * be handed over, when the client answers, and now and then. What was handed over since it had last
 * left counts as unread. Some is handed over ahead, and more as it leaves.
 *
 * <p>Confined to the lock of its {@link Subscriber}, but for {@link #isBlockedFor}.
 */
final class Outbox {

    private static final long NOT_BLOCKED = 0;

    private final ServerCallStreamObserver<SubscribeResponse> out;
    private final Call call;
    private final UnreadBytes ofAll;
    private final String client;
    private final Runnable whenOthersHaveRead;
    private long unread;
    private long reserved;
    private boolean waits;

    /**
     * Since when something is unread and all that was handed over has not left, by {@link
     * System#nanoTime}; written under the lock.
     */
    private volatile long blockedSince = NOT_BLOCKED;

    /**
     * @param call the same call, as the transport knows it
     * @param ofAll what all streams have unread
     * @param client whom the stream is counted for
     * @param whenOthersHaveRead is run when there may be a place that there was not
     */
    Outbox(
            ServerCallStreamObserver<SubscribeResponse> out,
            Call call,
            UnreadBytes ofAll,
            String client,
            Runnable whenOthersHaveRead) {
        this.out = out;
        this.call = call;
        this.ofAll = ofAll;
        this.client = client;
        this.whenOthersHaveRead = whenOthersHaveRead;
    }

    /**
     * Returns whether the client has taken so much that more may be handed over. If not, gRPC
     * reports when it has; to be asked again after whatever else is asked here.
     */
    boolean mayHand() {
        return unread < Call.READY_BELOW_BYTES || out.isReady();
    }

    /** Reserves a place, unless others have to take theirs first. */
    boolean reserve(long bytes) {
        settleIfTaken();
        waits = !ofAll.acquire(client, bytes, whenOthersHaveRead);
        if (waits) {
            return false;
        }
        reserved += bytes;
        return true;
    }

    /** Nothing is due, so nobody has to make room for it. */
    void waitNoMore() {
        if (waits) {
            waits = false;
            ofAll.forget(client, whenOthersHaveRead);
        }
    }

    /** Gives a place back for which there is nothing to be sent any more. */
    void giveBack(long bytes) {
        reserved -= bytes;
        ofAll.release(client, bytes);
    }

    /** Hands a message to the transport, into a place that was reserved. */
    void hand(SubscribeResponse response, long bytes) {
        settleIfTaken();
        reserved -= bytes;
        unread += bytes;
        if (blockedSince == NOT_BLOCKED) {
            blockedSince = System.nanoTime() | 1;
        }
        out.onNext(response);
    }

    /** Takes note if all that was handed over has left. */
    void settleIfTaken() {
        if (unread > 0 && call.hasSentAll()) {
            settle();
        }
    }

    /** All that was handed over has left, or has been thrown away. */
    void settle() {
        blockedSince = NOT_BLOCKED;
        long taken = unread;
        unread = 0;
        ofAll.release(client, taken);
    }

    /** Nothing more will be handed over. */
    void close() {
        giveBack(reserved);
        waitNoMore();
        if (unread == 0) {
            blockedSince = NOT_BLOCKED;
        }
    }

    /** What is unread is about to be thrown away, and nobody has to look for it any more. */
    void cut() {
        blockedSince = NOT_BLOCKED;
    }

    long unread() {
        return unread;
    }

    /** Returns how much the stream keeps from others. */
    long held() {
        return unread + reserved;
    }

    /** For any thread. */
    boolean isBlockedFor(Duration timeout, long nowNanos) {
        long since = blockedSince;
        return since != NOT_BLOCKED && nowNanos - since > timeout.toNanos();
    }
}
