package io.opensergo.governance.internal.limiter;

/**
 * Limits the requests in flight while the CPU is overloaded.
 *
 * <p>When the CPU first exceeds the threshold, the limit is the measured capacity of the {@link
 * ProcessLoad}, and half as much again: a short queue keeps the processors busy. That is an
 * estimate, and while requests queue it cannot be repeated, since latency then says how long the
 * queue is. So from then on the limit follows the CPU: it falls while the CPU is nearly full, which
 * it stays with any queue, long or short; it rises while requests are refused and the CPU is not.
 * It does not fall below the capacity that the process had shown before it was overloaded, as it
 * otherwise might where others keep the CPU busy.
 *
 * <p>Below the threshold the limit rises so fast that it is without effect within a second, and it
 * is lifted when nothing was refused for a second: were it lifted at once, all would rush in.
 *
 * <p>Concurrency: the limit is volatile and final until the next measurement. A request is checked
 * against it before it is counted, so as many as threads decide at the same moment may pass beyond
 * it. That something was refused is a flag which requests set and a measurement clears; one that is
 * lost there is followed by others if it matters.
 */
final class CapacityControl extends OverloadControl {

    private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

    /** The limit is that of the capacity as it is, since nothing was known of it so far. */
    private static final double NOT_KNOWN_YET = 0;

    private static final double WITH_QUEUE = 1.5;

    /** How full the CPU shall be, between the threshold and all of it. */
    private static final double FULLNESS = 0.75;

    /** At which rates the limit changes, per second; it grows by the power of e. */
    private static final double FALLING = 0.5;

    private static final double RISING = 0.5;
    private static final double RELEASING = 4;

    private static final long CALM_NANOS = 1_000_000_000;
    private static final long LONGEST_STEP = 1_000_000_000;

    private final ProcessLoad process;
    private final double target;
    private volatile double limit = NO_LIMIT;
    private volatile boolean refused;
    private double shown = 1;
    private long calmNanos;

    CapacityControl(double threshold, ProcessLoad process) {
        super(threshold);
        this.process = process;
        this.target = threshold + FULLNESS * (1 - threshold);
    }

    @Override
    public void measured(double load, long nanos) {
        if (!(load >= 0)) {
            limit = NO_LIMIT;
        } else if (limit == NO_LIMIT) {
            begin(load);
        } else if (limit == NOT_KNOWN_YET) {
            limit = load > threshold ? initial() : NO_LIMIT;
        } else {
            follow(load, Math.min(nanos, LONGEST_STEP));
        }
    }

    private void begin(double load) {
        if (load > threshold) {
            refused = false;
            calmNanos = 0;
            limit = initial();
        } else {
            double capacity = process.capacity();
            shown = capacity == NO_LIMIT ? 1 : Math.max(1, capacity);
        }
    }

    private double initial() {
        double capacity = process.capacity();
        return capacity == NO_LIMIT ? NOT_KNOWN_YET : Math.max(1, WITH_QUEUE * capacity);
    }

    private void follow(double load, long nanos) {
        boolean busy = refused;
        refused = false;
        calmNanos = load > threshold || busy ? 0 : calmNanos + nanos;
        if (calmNanos >= CALM_NANOS) {
            limit = NO_LIMIT;
            return;
        }
        double rate = 0;
        if (load <= threshold) {
            rate = RELEASING;
        } else if (load > target) {
            rate = -FALLING * (load - target) / (1 - target);
        } else if (busy) {
            rate = RISING * (target - load) / (target - threshold);
        }
        limit = Math.max(shown, limit * Math.exp(rate * nanos / 1e9));
    }

    @Override
    public boolean refuses() {
        if (!wouldRefuse()) {
            return false;
        }
        if (!refused) {
            refused = true;
        }
        return true;
    }

    @Override
    public boolean wouldRefuse() {
        double most = limit;
        if (most == NO_LIMIT) {
            return false;
        }
        long count = process.inFlight().count();
        return count > 1 && count >= (most == NOT_KNOWN_YET ? initialOrNone() : most);
    }

    private double initialOrNone() {
        double initial = initial();
        return initial == NOT_KNOWN_YET ? NO_LIMIT : initial;
    }

    @Override
    public String state() {
        double most = limit == NOT_KNOWN_YET ? initialOrNone() : limit;
        return most == NO_LIMIT
                ? "any number may be in flight"
                : "at most " + Math.round(10 * most) / 10.0 + " may be in flight";
    }
}
