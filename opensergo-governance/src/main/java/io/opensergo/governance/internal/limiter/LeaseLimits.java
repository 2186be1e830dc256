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

    /** The most that can be leased at once. */
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

    /**
     * Returns how much one of so many instances can borrow: a lease, but no more than half of the
     * threshold for all of them together, and at least 1; 0 of 0.
     */
    long credit(int instances) {
        long half = threshold / 2 / Math.max(1, instances);
        return Math.min(maxLease, Math.max(1, half));
    }

    /**
     * Returns how many windows lie between two ends, each of which is known to lie between two
     * times; negative if the second is earlier, 0 if it is the same window.
     */
    long windowsBetween(long earliest, long latest, long otherEarliest, long otherLatest) {
        long middle = earliest + (latest - earliest) / 2;
        long other = otherEarliest + (otherLatest - otherEarliest) / 2;
        return Math.floorDiv(other - middle + window / 2, window);
    }

    /** Returns when the window ends that runs, given when another one has ended. */
    long nextEnd(long end, long now) {
        long late = now - end;
        return late < 0 ? now + window : end + (late / window + 1) * window;
    }

    /**
     * Returns the end {@code next} less a thousandth of the time since {@code end}, by which two
     * clocks do not run apart: so that an estimate that no grant confirms does not become too late.
     */
    long early(long next, long end, long now) {
        return next - Math.min((next - end) / 1024, (next - now) / 2);
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
