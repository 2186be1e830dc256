package io.opensergo.controlplane;

import java.util.concurrent.TimeUnit;

/**
 * How many requests of one stream are read in a time: a steady rate, after a burst of two seconds'
 * worth, since a client begins with a request for each of its keys.
 *
 * <p>A virtual clock runs ahead of the real one by an interval with each request, and up to two
 * seconds ahead is allowed. Confined to the lock of its {@link Subscriber}.
 */
final class RequestRate {

    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final long intervalNanos;
    private long aheadTo;

    RequestRate(int requestsPerSecond, long now) {
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / requestsPerSecond;
        this.aheadTo = now;
    }

    /** Takes leave for one request, or returns after how many nanoseconds there will be one. */
    long acquire(long now) {
        if (aheadTo - now < 0) {
            aheadTo = now;
        }
        long wait = aheadTo + intervalNanos - now - BURST_NANOS;
        if (wait > 0) {
            return wait;
        }
        aheadTo += intervalNanos;
        return 0;
    }
}
