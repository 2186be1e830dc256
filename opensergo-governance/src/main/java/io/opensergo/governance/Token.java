package io.opensergo.governance;

/**
 * The layout of the token that a guard hands out: a primitive, so that a request costs no object.
 *
 * <p>Refused, which is negative: the serial number of the protection that refused (13 bits), the
 * check (10 bits), and the time until a retry makes sense (40 bits, microseconds). Admitted: what
 * has to be done at the end (flags), the generation of the resource's state (12 bits), and when it
 * starts (44 bits, units of 16 ns, which tell durations of up to 39 hours).
 */
final class Token {

    /** The token of a request for which nothing has to be done at its end. */
    static final long FREE = 0;

    static final long REFUSED = 1L << 63;
    static final long IN_FLIGHT = 1L << 62;
    static final long RECORDED = 1L << 61;
    static final long PROBE = 1L << 60;
    static final long TIMED = 1L << 59;
    static final long THROTTLED = 1L << 58;
    static final long LOAD = 1L << 57;

    /** What {@link #PROBE} is, for the breakers that are shadows: theirs must not probe others. */
    static final long SHADOW_PROBE = 1L << 56;

    static final int MAX_CHECKS = 1 << 10;

    private static final int UNIT_SHIFT = 4;
    private static final int START_BITS = 44;
    private static final long START_MASK = (1L << START_BITS) - 1;

    /** The longest time from now to a start, or from a start to now, that can be told. */
    static final long LONGEST_NANOS = (1L << (START_BITS + UNIT_SHIFT - 1)) - (2 << UNIT_SHIFT);

    private static final int GENERATION_BITS = 12;
    private static final long GENERATION_MASK = (1L << GENERATION_BITS) - 1;
    private static final int RETRY_BITS = 40;
    private static final long RETRY_MASK = (1L << RETRY_BITS) - 1;
    private static final int CHECK_BITS = 10;
    private static final int SERIAL_BITS = 13;
    private static final long SERIAL_MASK = (1L << SERIAL_BITS) - 1;

    private Token() {}

    static boolean has(long token, long flag) {
        return (token & flag) != 0;
    }

    static long generation(int generation) {
        return (generation & GENERATION_MASK) << START_BITS;
    }

    static boolean isOfGeneration(long token, int generation) {
        return ((token >>> START_BITS) & GENERATION_MASK) == (generation & GENERATION_MASK);
    }

    static long start(long nanos) {
        return (nanos >> UNIT_SHIFT) & START_MASK;
    }

    /** Returns a start that is not before a time, for a request that has to wait until then. */
    static long startNotBefore(long nanos) {
        return start(nanos + (1 << UNIT_SHIFT) - 1);
    }

    /** Returns the nanoseconds from the start to now; negative if the start is yet to come. */
    static long sinceStart(long token, long now) {
        int unused = Long.SIZE - START_BITS;
        return ((now >> UNIT_SHIFT) - token) << unused >> (unused - UNIT_SHIFT);
    }

    static long refused(int serial, int check, long retryAfterNanos) {
        long micros = retryAfterNanos / 1000 + (retryAfterNanos % 1000 == 0 ? 0 : 1);
        long retry =
                retryAfterNanos == Long.MAX_VALUE ? RETRY_MASK : Math.min(micros, RETRY_MASK - 1);
        return REFUSED
                | ((serial & SERIAL_MASK) << (CHECK_BITS + RETRY_BITS))
                | ((long) check << RETRY_BITS)
                | retry;
    }

    static boolean isOfSerial(long refused, int serial) {
        return ((refused >>> (CHECK_BITS + RETRY_BITS)) & SERIAL_MASK) == (serial & SERIAL_MASK);
    }

    static int check(long refused) {
        return (int) (refused >>> RETRY_BITS) & (MAX_CHECKS - 1);
    }

    /** Returns the microseconds until a retry makes sense; negative if no wait helps. */
    static long retryAfterMicros(long refused) {
        long retry = refused & RETRY_MASK;
        return retry == RETRY_MASK ? -1 : retry;
    }
}
