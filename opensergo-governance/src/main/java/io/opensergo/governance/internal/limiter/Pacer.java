package io.opensergo.governance.internal.limiter;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Admits requests at least an interval apart, and lets those that come too early wait in line.
 *
 * <p>A virtual clock: the only state is the time at which the latest admitted request may proceed.
 * Idle time is not saved up, so there is no burst after it. A request that would have to wait
 * longer than the timeout is refused at once and changes nothing; one that would wait just as long
 * is admitted.
 *
 * <p>Concurrency: exact. One compare-and-set reserves a place; places are given in its order.
 *
 * <p>Clock: the line is never longer than the longest timeout that was ever in force. A place that
 * is further away, by up to ten seconds, is in front of a thread that was held up after it had read
 * the time, which gets its place behind it like any other. One further away still says that the
 * clock was set back, and the line starts anew.
 *
 * <p>An edited pacer goes on with the line of the one before it, and both may be in use at once.
 */
public final class Pacer {

    /** What {@link #tryAcquire} returns for a refused request. */
    public static final long REFUSED = -1;

    /** The state before the first request; as a time, it would come once in 584 years. */
    private static final long NOBODY = Long.MIN_VALUE;

    private final long interval;
    private final long timeout;
    private final long longestTimeout;
    private final AtomicLong latest;

    private Pacer(long intervalNanos, long timeoutNanos, long longestTimeout, AtomicLong latest) {
        this.interval = intervalNanos;
        this.timeout = timeoutNanos;
        this.longestTimeout = longestTimeout;
        this.latest = latest;
    }

    /**
     * Starts a pacer with an empty line.
     *
     * @param intervalNanos the smallest gap between two requests, 0 or more
     * @param timeoutNanos the longest wait, 0 or more
     */
    public static Pacer of(long intervalNanos, long timeoutNanos) {
        return new Pacer(intervalNanos, timeoutNanos, timeoutNanos, new AtomicLong(NOBODY));
    }

    /** Returns a pacer with other settings that goes on with the line of this one. */
    public Pacer edited(long newIntervalNanos, long newTimeoutNanos) {
        return new Pacer(
                newIntervalNanos,
                newTimeoutNanos,
                Math.max(longestTimeout, newTimeoutNanos),
                latest);
    }

    /** Admits a request and returns the nanoseconds it has to wait, or returns {@link #REFUSED}. */
    public long tryAcquire(long now) {
        if (interval == 0) {
            return 0;
        }
        while (true) {
            long before = latest.get();
            long wait = wait(before, now);
            if (wait > timeout) {
                return REFUSED;
            }
            if (latest.compareAndSet(before, now + wait)) {
                return wait;
            }
        }
    }

    /**
     * Takes back the place of a request that has been admitted with this wait; without effect if
     * another stands behind it.
     */
    public void giveBack(long now, long wait) {
        if (interval != 0) {
            latest.compareAndSet(now + wait, now + wait - interval);
        }
    }

    /** Returns what {@link #tryAcquire} would, without admitting the request. */
    public long peek(long now) {
        if (interval == 0) {
            return 0;
        }
        long wait = wait(latest.get(), now);
        return wait > timeout ? REFUSED : wait;
    }

    /** Returns how many nanoseconds after a refusal a request would get a place in the line. */
    public long retryAfter(long now) {
        return Math.max(1, wait(latest.get(), now) - timeout);
    }

    private long wait(long before, long now) {
        if (before == NOBODY || before - now > longestTimeout + ClockJump.LONGEST_DELAY) {
            return 0;
        }
        return Math.max(0, before + interval - now);
    }
}
