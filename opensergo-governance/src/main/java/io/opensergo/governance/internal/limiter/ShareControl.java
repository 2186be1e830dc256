package io.opensergo.governance.internal.limiter;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Refuses a share of requests that grows evenly from nothing at the threshold to all at some more.
 *
 * <p>If all were refused above the threshold, the load would fall to nothing until it is measured
 * again, and rise to everything after that. So the share settles where as many are refused as keep
 * the load just above the threshold. Which requests they are follows a sequence that spreads any
 * share evenly, even over few requests.
 *
 * <p>Concurrency: the share is volatile. Each request takes a number of its own, by one addition.
 */
final class ShareControl extends OverloadControl {

    /** The fractional part of the golden ratio, as a part of 2 to the power of 64. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final double all;
    private final AtomicLong requests = new AtomicLong();
    private volatile double share;

    ShareControl(double threshold, double all) {
        super(threshold);
        this.all = all;
    }

    @Override
    public void measured(double load, long nanos) {
        if (!(load > threshold)) {
            share = 0;
        } else {
            share = load >= all ? 1 : (load - threshold) / (all - threshold);
        }
    }

    @Override
    public boolean refuses() {
        double refused = share;
        return refused > 0 && (refused == 1 || position(requests.getAndIncrement()) < refused);
    }

    @Override
    public boolean wouldRefuse() {
        double refused = share;
        return refused > 0 && (refused == 1 || position(requests.get()) < refused);
    }

    /** Returns a position from 0 to 1; those of following requests are spread evenly. */
    private static double position(long request) {
        return ((request * GOLDEN) >>> 11) * 0x1p-53;
    }

    @Override
    public String state() {
        return Math.round(100 * share) + " % of requests are refused";
    }
}
