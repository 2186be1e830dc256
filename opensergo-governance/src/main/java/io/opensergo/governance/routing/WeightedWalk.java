package io.opensergo.governance.routing;

import io.opensergo.governance.internal.sampling.ShuffledCycle;

/**
 * Shares requests among destinations in exact proportion to their weights.
 *
 * <p>Each destination owns as many of the numbers of a {@link ShuffledCycle} as its weight says,
 * the weights divided by what they have in common. So the proportion is exact over each cycle, not
 * only on average, and the order of picks is random for each cycle and seed.
 */
final class WeightedWalk {

    private final ShuffledCycle cycle;

    /** The number behind the last one of each destination but the last. */
    private final long[] ends;

    /** Takes weights of 0 or more of which at least two are not 0. */
    WeightedWalk(long[] weights, long seed) {
        long common = 0;
        long sum = 0;
        for (long weight : weights) {
            common = greatestCommonDivisor(common, weight);
            sum += weight;
        }
        long unit = sum / common;
        cycle = new ShuffledCycle(ShuffledCycle.lengthFor(unit), seed);
        long times = cycle.length() / unit;
        ends = new long[weights.length - 1];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += weights[i] / common * times;
            ends[i] = end;
        }
    }

    private static long greatestCommonDivisor(long one, long other) {
        return other == 0 ? one : greatestCommonDivisor(other, one % other);
    }

    /** Returns the index of the destination that this request goes to. */
    int next() {
        return owner(cycle.next());
    }

    /** Returns what {@link #next()} returns if nothing comes in between. */
    int peek() {
        return owner(cycle.peek());
    }

    /** The number of picks in a cycle, after each of which the proportion is exact. */
    long length() {
        return cycle.length();
    }

    /** Counts the destinations before it without a branch, since no processor could predict it. */
    private int owner(long number) {
        int index = 0;
        for (long end : ends) {
            index += (int) ((end - 1 - number) >>> (Long.SIZE - 1));
        }
        return index;
    }
}
