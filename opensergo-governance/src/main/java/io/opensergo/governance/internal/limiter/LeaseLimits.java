package io.opensergo.governance.internal.limiter;

import io.opensergo.governance.quota.QuotaLimit;
import java.time.Duration;

/**
 * What follows from the threshold and the window of a {@link LeasedLimiter}. Times in nanoseconds.
 */
final class LeaseLimits {

    private static final long SECOND = 1_000_000_000L;

    /** Half of a small threshold, up to this, can be leased at once, so that a burst can pass. */
    private static final long SMALL = 4;

    final QuotaLimit quota;
    final long threshold;
    final long window;

    /** The most that can be leased at once, and that can be borrowed. */
    final long maxLease;

    /** A lease that lasts for less was too small, one that lasts for four times this too large. */
    final long period;

    /** A deadline further ahead than this is of a clock that was set back since. */
    final long horizon;

    LeaseLimits(long threshold, long windowNanos) {
        this.quota = new QuotaLimit(threshold, Duration.ofNanos(windowNanos));
        this.threshold = threshold;
        this.window = windowNanos;
        this.maxLease = maxLease(threshold);
        this.period = Math.min(Math.max(1, windowNanos / 16), SECOND);
        this.horizon = Math.max(2 * windowNanos, 10 * SECOND);
    }

    /** A tenth, but at least 4, or half of a threshold below 8, rounded up; 0 of 0. */
    static long maxLease(long threshold) {
        long small = Math.min(SMALL, (threshold + 1) / 2);
        return Math.max(threshold / 10, small);
    }

    /** Returns whether a deadline is still to come. */
    boolean isAhead(long deadline, long now) {
        return until(deadline, now) > 0;
    }

    /** Returns how long a deadline is ahead; 0 if it has passed. */
    long until(long deadline, long now) {
        long left = deadline - now;
        return left > 0 && left <= horizon ? left : 0;
    }

    /** Returns the share of one of so many instances, rounded up. */
    long share(int instances) {
        long count = Math.max(1, instances);
        return threshold / count + (threshold % count == 0 ? 0 : 1);
    }

    /** Returns the lease to ask for next, given the one before and for how long that lasted. */
    long nextLease(long lease, long lasted) {
        long next = lease;
        if (lasted >= 0 && lasted < period) {
            next = lease * 2;
        } else if (lasted > 4 * period) {
            next = lease / 2;
        }
        return Math.max(1, Math.min(next, maxLease));
    }
}
