package io.opensergo.governance.internal.sampling;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives each number of {@code 0 .. length-1} once in each cycle of that many picks, in an order
 * that is random for each cycle. So a share of the numbers is picked exactly over a cycle, and
 * nothing can be in step with the picks: neither another process nor a caller that picks a fixed
 * number of times per request.
 *
 * <p>No order is stored. Where a pick stands in its cycle is mapped to a number by a permutation
 * whose key is a hash of the seed and the cycle's number. It permutes the numbers of as many bits
 * as the length needs, in three rounds of which each step can be undone: add a part of the key,
 * multiply by an odd one, combine the upper half of the bits with the lower. A number beyond the
 * length is permuted again, which ends within the length since a permutation's orbits are closed;
 * at most half of the numbers are beyond it, a quarter for a length of 100.
 *
 * <p>The only state is the number of picks. Each pick takes its own by one atomic increment, and
 * depends on nothing else that changes: so no number is given twice in a cycle or left out,
 * whatever threads do, and nothing has to be ordered by it.
 */
public final class ShuffledCycle {

    /** The cycle of shares that are percentages. */
    private static final long USUAL_LENGTH = 100;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final long MULTIPLIER = 0xBF58476D1CE4E5B9L;

    private final long length;
    private final long seed;

    /** The bits of a number below the next power of two. */
    private final long mask;

    /** By how much the upper half of these bits is shifted onto the lower. */
    private final int half;

    private final AtomicLong picks = new AtomicLong();

    /** A cycle of 1 number or more; the order of all its cycles depends on nothing but the seed. */
    public ShuffledCycle(long length, long seed) {
        this.length = length;
        this.seed = seed;
        int bits = Long.SIZE - Long.numberOfLeadingZeros(length - 1);
        mask = (1L << bits) - 1;
        half = (bits + 1) / 2;
    }

    /**
     * Returns how long a cycle should be for shares that are multiples of {@code 1 / unit}: the
     * greatest multiple of the unit up to 100, or the unit if it is greater. In a much shorter one
     * a pick would tell too much of the next; of two halves in a cycle of two, everything.
     */
    public static long lengthFor(long unit) {
        return Math.max(unit, USUAL_LENGTH - USUAL_LENGTH % unit);
    }

    /** Picks a number. */
    public long next() {
        return number(picks.getAndIncrement());
    }

    /** Returns what {@link #next()} returns if nothing comes in between. */
    public long peek() {
        return number(picks.get());
    }

    /** Returns how many picks a cycle has. */
    public long length() {
        return length;
    }

    private long number(long pick) {
        long cycle = pick / length;
        long key = hash(seed + cycle * GOLDEN_GAMMA);
        long number = pick - cycle * length;
        do {
            number = permute(number, key);
        } while (number >= length);
        return number;
    }

    /** Uses other bits of the key in each step, as far as they reach: for lengths up to 2^10. */
    private long permute(long number, long key) {
        long first = ((number + key) * (key >>> 10 | 1)) & mask;
        first ^= first >>> half;
        long second = ((first + (key >>> 20)) * (key >>> 30 | 1)) & mask;
        second ^= second >>> half;
        long third = ((second + (key >>> 40)) * (key >>> 50 | 1)) & mask;
        return third ^ third >>> half;
    }

    private static long hash(long value) {
        return value * MULTIPLIER ^ Math.multiplyHigh(value, MULTIPLIER);
    }
}
