package io.opensergo.dubbo;

import org.apache.dubbo.rpc.Invocation;
import org.jspecify.annotations.Nullable;

/**
 * The time that the route of a call gives it. It goes with the invocation, so that each attempt,
 * Dubbo's and ours, gets what is left by then: not by the context of the thread, which Dubbo shares
 * with the threads that complete a call.
 *
 * @param endNanos when the call has to have ended, by {@link System#nanoTime()}
 * @param isLimited whether it has to have ended at all
 * @param perTryNanos the time of each attempt; 0 for no limit of its own
 */
record CallTime(long endNanos, boolean isLimited, long perTryNanos) {

    /** Under which a call keeps its time. */
    private static final Object OF_CALL = CallTime.class;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Begins the time of a call; 0 is no limit. */
    static CallTime start(long timeoutNanos, long perTryNanos) {
        return new CallTime(System.nanoTime() + timeoutNanos, timeoutNanos > 0, perTryNanos);
    }

    /** Returns that of a call, or {@code null} if its route gives it none. */
    static @Nullable CallTime of(Invocation invocation) {
        return (CallTime) invocation.get(OF_CALL);
    }

    void keepWith(Invocation invocation) {
        invocation.put(OF_CALL, this);
    }

    /** Returns how much the call has left; {@link Long#MAX_VALUE} without a limit. */
    long remainingNanos() {
        return isLimited ? endNanos - System.nanoTime() : Long.MAX_VALUE;
    }

    /** Returns the time of an attempt that begins now, in milliseconds; 0 if there is none. */
    int attemptMillis() {
        long left = remainingNanos();
        long nanos = perTryNanos > 0 ? Math.min(perTryNanos, left) : left;
        if (nanos <= 0) {
            return 0;
        }
        long millis = Math.max(1, nanos / NANOS_PER_MILLI);
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
