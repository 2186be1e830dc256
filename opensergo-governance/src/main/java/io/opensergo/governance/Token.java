package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker;

/**
 * The layout of the token that a guard hands out: a primitive, so that a request costs no object.
 *
 * <p>Refused, which is negative: the serial number of the protection that refused (13 bits), the
 * check (10 bits), and the time until a retry makes sense (40 bits, microseconds). Admitted: what
 * has to be done at the end (flags), the generation of the resource's state (8 bits), and when it
 * starts (49 bits, units of 64 ns, of which there is a whole number in a millisecond). Starts are
 * told apart that lie up to {@link #LONGEST_WAIT} in the future or {@link #LONGEST_CALL} in the
 * past.
 */
final class Token {

    /** The token of a request for which nothing has to be done at its end. */
    static final long FREE = 0;

    static final long REFUSED = 1L << 63;
    static final long IN_FLIGHT = 1L << 62;
    static final long RECORDED = 1L << 61;

    /** It is a probe of some breaker, which knows it by its start. */
    static final long PROBE = 1L << 60;

    static final long TIMED = 1L << 59;
    static final long THROTTLED = 1L << 58;
    static final long LOAD = 1L << 57;

    static final int MAX_CHECKS = 1 << 10;

    private static final int UNIT_SHIFT = 6;
    private static final int START_BITS = 49;
    private static final long START_MASK = (1L << START_BITS) - 1;

    /**
     * The units of starts that are yet to come: a sixteenth, since calls may last but lines not.
     */
    private static final long AHEAD = 1L << (START_BITS - 4);

    /** The longest time from now to a start that can be told, in nanoseconds: 26 days. */
    static final long LONGEST_WAIT = (AHEAD - 2) << UNIT_SHIFT;

    /** The longest time from a start to now that can be told, in nanoseconds: 390 days. */
    static final long LONGEST_CALL = (START_MASK - AHEAD - 1) << UNIT_SHIFT;

    static final int GENERATIONS = 1 << 8;

    private static final long GENERATION_MASK = GENERATIONS - 1;
    private static final int RETRY_BITS = 40;
    private static final long RETRY_MASK = (1L << RETRY_BITS) - 1;
    private static final int CHECK_BITS = 10;
    private static final int SERIAL_BITS = 13;
    private static final long SERIAL_MASK = (1L << SERIAL_BITS) - 1;

    private Token() {}

    static boolean has(long token, long flag) {
        return (token & flag) != 0;
    }

    /** Returns what is left to be done when the breakers have been told how a request ended. */
    static long untold(long token) {
        return token & ~(RECORDED | PROBE);
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

    /** Returns the start of a request that was admitted at a time, and has to wait if not equal. */
    static long start(long admitted, long start) {
        return admitted == start ? start(start) : startNotBefore(start);
    }

    /** Returns the nanoseconds from the start to now; negative if the start is yet to come. */
    static long sinceStart(long token, long now) {
        return ((((now >> UNIT_SHIFT) - token + AHEAD) & START_MASK) - AHEAD) << UNIT_SHIFT;
    }

    /** Returns what breakers know the request by: its start, or that it is no probe. */
    static long probe(long token) {
        return has(token, PROBE) ? token & START_MASK : CircuitBreaker.NO_PROBE;
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
