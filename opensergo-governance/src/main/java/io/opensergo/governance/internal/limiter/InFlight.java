package io.opensergo.governance.internal.limiter;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the requests in flight, and bounds them.
 *
 * <p>Concurrency: exact. The bound is checked and the request counted by one compare-and-set, so
 * there are never more than the bound in flight, and a request is never refused while there are
 * fewer. The bound belongs to the caller, so that an edit takes effect at once and loses no count.
 */
public final class InFlight {

    private final AtomicLong count = new AtomicLong();

    /** Counts a request unless there are {@code max} already. */
    public boolean tryAcquire(long max) {
        while (true) {
            long now = count.get();
            if (now >= max) {
                return false;
            }
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Counts a request whatever the bound. */
    public void acquire() {
        count.getAndIncrement();
    }

    /** Takes back a request; to be called once for each that was counted. */
    public void release() {
        count.getAndDecrement();
    }

    /** Returns the number of requests in flight. */
    public long count() {
        return count.get();
    }
}
