package io.opensergo.governance.internal.limiter;

/**
 * Decides which requests are refused while a load is over its threshold.
 *
 * <p>The load is measured elsewhere, some times a second, and brought by {@link #measured};
 * requests read what follows from it with one volatile read while nothing is refused.
 *
 * <p>Concurrency: {@link #measured} is for one thread at a time; everything else for any.
 */
public abstract sealed class OverloadControl permits CapacityControl, ShareControl {

    /** Above it the control acts. */
    final double threshold;

    OverloadControl(double threshold) {
        this.threshold = threshold;
    }

    /** Refuses what exceeds the requests in flight that the process can bear. */
    public static OverloadControl byCapacity(double threshold, ProcessLoad load) {
        return new CapacityControl(threshold, load);
    }

    /**
     * Refuses a share of requests that grows with the load.
     *
     * @param all at so much, and more, all requests are refused
     */
    public static OverloadControl byShare(double threshold, double all) {
        return new ShareControl(threshold, all);
    }

    /**
     * Takes the load as it was measured.
     *
     * @param load the load; negative or not a number if unknown, which is never too much
     * @param nanos how long it is since the last measurement, not negative
     */
    public abstract void measured(double load, long nanos);

    /** Returns whether the next request is refused, and counts it. */
    public abstract boolean refuses();

    /** Returns what {@link #refuses} would, without counting a request. */
    public abstract boolean wouldRefuse();

    /** Returns what it does now, for people. */
    public abstract String state();
}
