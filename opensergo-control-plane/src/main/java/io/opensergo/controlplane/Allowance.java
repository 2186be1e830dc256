package io.opensergo.controlplane;

import java.util.concurrent.TimeUnit;

/**
 * How much may be done in a time: a steady rate after a burst. What is beyond is owed.
 *
 * <p>A virtual clock runs ahead of the real one by an interval with each unit, and up to the burst
 * ahead is allowed. For one thread at a time.
 */
final class Allowance {

    private final long intervalNanos;
    private final long burstNanos;
    private long aheadTo;

    Allowance(int perSecond, int atOnce, long nowNanos) {
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.burstNanos = intervalNanos * atOnce;
        this.aheadTo = nowNanos;
    }

    /** Takes one unit, or returns after how many nanoseconds there will be one. */
    long acquire(long nowNanos) {
        long start = aheadTo - nowNanos < 0 ? nowNanos : aheadTo;
        long wait = start + intervalNanos - nowNanos - burstNanos;
        if (wait > 0) {
            return wait;
        }
        aheadTo = start + intervalNanos;
        return 0;
    }

    /** Takes units, whether they are there or not. */
    void take(int units, long nowNanos) {
        if (aheadTo - nowNanos < 0) {
            aheadTo = nowNanos;
        }
        aheadTo += units * intervalNanos;
    }

    /** Returns whether nothing has been taken that has not come back. */
    boolean isWhole(long nowNanos) {
        return aheadTo - nowNanos <= 0;
    }

    /** Returns after how many nanoseconds nothing is owed any more; 0 if nothing is. */
    long owed(long nowNanos) {
        return Math.max(0, aheadTo - nowNanos - burstNanos);
    }
}
