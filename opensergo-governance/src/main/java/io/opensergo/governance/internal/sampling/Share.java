package io.opensergo.governance.internal.sampling;

/**
 * Selects a share of requests, exactly over a cycle and in an order that is random for each cycle
 * and seed. A share is rounded to millionths, and up to the first of them.
 */
public final class Share {

    private static final long PARTS = 1_000_000;

    private final ShuffledCycle cycle;

    /** The numbers of the cycle below it are selected. */
    private final long selected;

    /**
     * Takes a share.
     *
     * @param ratio 0, for no request, to 1, for each
     */
    public Share(double ratio, long seed) {
        long parts = ratio > 0 ? Math.max(1, Math.round(ratio * PARTS)) : 0;
        long common = greatestCommonDivisor(parts, PARTS);
        long unit = PARTS / common;
        cycle = new ShuffledCycle(ShuffledCycle.lengthFor(unit), seed);
        selected = parts / common * (cycle.length() / unit);
    }

    private static long greatestCommonDivisor(long one, long other) {
        return other == 0 ? one : greatestCommonDivisor(other, one % other);
    }

    /** Returns whether this request is selected. */
    public boolean next() {
        return selected == cycle.length() || (selected != 0 && cycle.next() < selected);
    }

    /** Returns what {@link #next()} returns if nothing comes in between. */
    public boolean peek() {
        return selected == cycle.length() || (selected != 0 && cycle.peek() < selected);
    }

    /** Returns after how many requests the share is exact. */
    public long cycle() {
        return cycle.length();
    }
}
