package io.opensergo.governance.internal.limiter;

import io.opensergo.governance.quota.QuotaFailurePolicy;
import java.util.concurrent.TimeUnit;

/**
 * What a {@link LeasedLimiter} knows of an outage of its store: when to ask again, for how long it
 * is alone, and for how long it keeps to its share after it has returned. A limiter that is closed
 * is cut off from its store for good. Times in nanoseconds.
 *
 * <p>Written by whoever settles or sends a request, so by one thread at a time; read by any. A
 * reader that sees {@code down} sees the times that belong to it or later ones.
 */
final class StoreOutage {

    private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long MAX_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Nobody who has requests lets the store wait for longer to be asked again. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * How long an instance that has returned keeps to its share. Then every other that has requests
     * has returned too: one whose last request was lost finds out within the first time-out, asks
     * again after the greatest delay, and is answered within the second time-out.
     */
    static final long RETURN_NANOS =
            MAX_BACKOFF_NANOS + IDLE_NANOS + 2 * LeaseRefill.ANSWER_TIMEOUT_NANOS;

    private volatile long aloneUntil;
    private volatile long returnedUntil;
    private volatile boolean down;
    private volatile boolean closed;
    private int failuresInARow;
    private final QuotaFailurePolicy policy;

    StoreOutage(QuotaFailurePolicy policy, long now) {
        this.policy = policy;
        aloneUntil = now;
        returnedUntil = now;
    }

    /** Takes note of a failure, and returns how long not to ask. */
    long failed(long now) {
        long backoff =
                Math.min(MIN_BACKOFF_NANOS << Math.min(failuresInARow, 6), MAX_BACKOFF_NANOS);
        failuresInARow++;
        aloneUntil = now + backoff + IDLE_NANOS;
        down = true;
        return backoff;
    }

    /** Takes note of a request that is sent during an outage: it goes on until the answer. */
    void asked(long now) {
        aloneUntil = now + LeaseRefill.ANSWER_TIMEOUT_NANOS + IDLE_NANOS;
    }

    /** Takes note of an answer, which tells whether the store has lost its count. */
    void answered(long now, boolean lostCount) {
        if (down || lostCount) {
            returnedUntil = now + RETURN_NANOS;
        }
        failuresInARow = 0;
        down = false;
    }

    /** Returns whether the latest request failed. */
    boolean isDown() {
        return down;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /**
     * Returns whether no permits come from the store: the latest request failed, or it is closed.
     */
    boolean isCutOff() {
        return down || closed;
    }

    /**
     * Returns by what requests are admitted. Once nobody has asked for so long that the outage may
     * be over, they are no longer decided on alone.
     */
    LeaseMode mode(LeaseLimits limits, long now) {
        if (closed || (down && (isOpen() || limits.isAhead(aloneUntil, now)))) {
            return LeaseMode.ALONE;
        }
        return keepsToShare(limits, now) ? LeaseMode.WITHIN_SHARE : LeaseMode.LEASED;
    }

    private boolean isOpen() {
        return policy == QuotaFailurePolicy.FAIL_OPEN;
    }

    /** Returns whether this instance has returned and others may not have. */
    private boolean keepsToShare(LeaseLimits limits, long now) {
        return policy == QuotaFailurePolicy.FAIL_LOCAL && limits.isAhead(returnedUntil, now);
    }

    /** Returns whether what is admitted in a window counts against this instance's share of it. */
    boolean countsShares(LeaseLimits limits, long now) {
        return isCutOff() || keepsToShare(limits, now);
    }

    /** Returns until when an instance that has returned keeps to its share. */
    long returnedUntil() {
        return returnedUntil;
    }
}
