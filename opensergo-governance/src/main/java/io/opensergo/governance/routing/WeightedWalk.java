package io.opensergo.governance.routing;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Shares requests among destinations in exact proportion to their weights.
 *
 * <p>Each destination owns as many of the slots {@code 0 .. total-1} as its weight says, the
 * weights divided by what they have in common. A pick goes on from the last slot by a step that has
 * no factor in common with the total, so that each {@code total} picks in a row, from wherever they
 * start, see every slot once: the proportion is exact, not only on average. The step is near the
 * golden section of the total and of its even ones, so that the picks of each destination are
 * spread.
 *
 * <p>One atomic holds the slot itself, never a number of picks, so nothing can overflow. Picks of
 * several threads are ordered by their compare-and-set; one that loses tries again, and another one
 * has then succeeded.
 */
final class WeightedWalk {

    private static final double GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;

    /** How far from the golden section a step may be, on either side. */
    private static final int STEPS_TRIED = 50;

    /** The slot behind the last one of each destination. */
    private final long[] ends;

    private final long total;
    private final long step;
    private final AtomicLong slot = new AtomicLong();

    /** Takes weights of 0 or more of which at least two are not 0. */
    WeightedWalk(long[] weights) {
        long common = 0;
        for (long weight : weights) {
            common = greatestCommonDivisor(common, weight);
        }
        ends = new long[weights.length];
        long end = 0;
        for (int i = 0; i < weights.length; i++) {
            end += weights[i] / common;
            ends[i] = end;
        }
        total = end;
        step = step(total);
    }

    /** Takes the most even of the steps around the golden section of the total. */
    private static long step(long total) {
        long ideal = Math.round(total * GOLDEN_SECTION);
        long best = 1;
        for (long step = Math.max(1, ideal - STEPS_TRIED);
                step < Math.min(total, ideal + STEPS_TRIED);
                step++) {
            boolean coprime = greatestCommonDivisor(step, total) == 1;
            if (coprime && unevenness(step, total) < unevenness(best, total)) {
                best = step;
            }
        }
        return best;
    }

    /**
     * Returns the sum of the terms of the continued fraction of {@code step / total}, which bounds
     * how far the picks of a destination can stray from its share.
     */
    private static long unevenness(long step, long total) {
        return step == 0 ? 0 : total / step + unevenness(total % step, step);
    }

    private static long greatestCommonDivisor(long one, long other) {
        return other == 0 ? one : greatestCommonDivisor(other, one % other);
    }

    /** Returns the index of the destination that this request goes to. */
    int next() {
        long now;
        long next;
        do {
            now = slot.get();
            next = now + step;
            if (next >= total) {
                next -= total;
            }
        } while (!slot.compareAndSet(now, next));
        return owner(now);
    }

    /** Returns what {@link #next()} returns if nothing comes in between. */
    int peek() {
        return owner(slot.get());
    }

    /** The number of picks after which the proportion is exact. */
    long total() {
        return total;
    }

    private int owner(long slot) {
        int index = 0;
        while (slot >= ends[index]) {
            index++;
        }
        return index;
    }
}
