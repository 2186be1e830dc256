package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker;
import io.opensergo.governance.internal.limiter.Pacer;

/**
 * The layout of the token that a guard hands out: a primitive, so that a request costs no object.
 * Times are in units of {@value Pacer#RESOLUTION} ns, of which there is a whole number in a
 * millisecond.
 *
 * <p>Refused, which is negative: the serial number of the protection that refused (13 bits), the
 * check (10 bits), and the time until a retry makes sense (40 bits, microseconds).
 *
 * <p>Admitted: what has to be done at the end (flags), the generation of the resource's state (7
 * bits), and when it was admitted (49 bits), or when its turn came if it had waited. Times are told
 * apart that lie up to {@link #LONGEST_CALL} in the past.
 *
 * <p>Waiting for its turn: the serial number of the protection that made it wait (13 bits), which
 * of its pacers did (2 bits), the part of the longest wait that this one is (7 bits, rounded up),
 * and the place in the line, which is when its turn comes (40 bits). Places are told apart that lie
 * up to {@link #LONGEST_WAIT} in the future, or three hours in the past. It has nothing of what a
 * request has that is being made, so it has room for all that leaving needs.
 */
final class Token {

    /** The token of a request for which nothing has to be done at its end. */
    static final long FREE = 0;

    static final long REFUSED = 1L << 63;

    /** Its turn has not come, and then it has to ask again. */
    static final long WAITING = 1L << 62;

    static final long RECORDED = 1L << 61;

    /** It is a probe of some breaker, which knows it by its start. */
    static final long PROBE = 1L << 60;

    static final long TIMED = 1L << 59;
    static final long IN_FLIGHT = 1L << 58;
    static final long LOAD = 1L << 57;

    /** It has waited, so its start is not when it was admitted. */
    static final long RESUMED = 1L << 49;

    /** What makes a request hold a slot, or count as being made. */
    static final long HELD = RECORDED | IN_FLIGHT | LOAD;

    /** What has to be done at the end, be it that a request leaves the line. */
    static final long DUTIES = HELD | WAITING;

    static final int MAX_CHECKS = 1 << 10;

    private static final int UNIT_SHIFT = Long.numberOfTrailingZeros(Pacer.RESOLUTION);
    private static final int START_BITS = 49;
    private static final long START_MASK = (1L << START_BITS) - 1;

    /** The units of starts that are yet to come for a thread that read the time before. */
    private static final long AHEAD = 1L << (START_BITS - 4);

    /** The longest time from a start to now that can be told, in nanoseconds: 390 days. */
    static final long LONGEST_CALL = (START_MASK - AHEAD - 1) << UNIT_SHIFT;

    private static final int PLACE_BITS = 40;
    private static final long PLACE_MASK = (1L << PLACE_BITS) - 1;

    /** The units of places that are past. */
    private static final long LATE = PLACE_MASK / 6;

    /** The longest time from now to a place that can be told, in nanoseconds: 16 hours. */
    static final long LONGEST_WAIT = (PLACE_MASK - LATE - 2) << UNIT_SHIFT;

    private static final int SHARE_BITS = 7;

    /** Into how many steps the longest wait is divided. */
    static final int SHARES = (1 << SHARE_BITS) - 1;

    private static final int PACER_SHIFT = PLACE_BITS + SHARE_BITS;

    /** Says that it has no place in a line, or of which pacer is not known. */
    static final int NO_PACER = 3;

    private static final int WAITING_SERIAL_SHIFT = PACER_SHIFT + 2;
    private static final int GENERATION_SHIFT = START_BITS + 1;

    static final int GENERATIONS = 1 << 7;

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
        return (generation & GENERATION_MASK) << GENERATION_SHIFT;
    }

    static boolean isOfGeneration(long token, int generation) {
        return ((token >>> GENERATION_SHIFT) & GENERATION_MASK) == (generation & GENERATION_MASK);
    }

    static long start(long nanos) {
        return (nanos >> UNIT_SHIFT) & START_MASK;
    }

    /** Returns the nanoseconds from the start to now; negative if the clock was set back. */
    static long sinceStart(long token, long now) {
        return ((((now >> UNIT_SHIFT) - token + AHEAD) & START_MASK) - AHEAD) << UNIT_SHIFT;
    }

    /** Returns when the request was admitted, rounded down. */
    static long admitted(long token, long now) {
        return (now & -Pacer.RESOLUTION) - sinceStart(token, now);
    }

    /** Returns what breakers know the request by: its start, or that it is no probe. */
    static long probe(long token) {
        return has(token, PROBE) ? token & START_MASK : CircuitBreaker.NO_PROBE;
    }

    /**
     * Returns the token of a request that has to wait.
     *
     * @param place when its turn comes, a multiple of the resolution
     * @param pacer which pacer of the protection gives it that place, or {@link #NO_PACER}
     * @param share the wait, in steps of the longest one
     */
    static long waiting(int serial, long place, int pacer, long share) {
        return WAITING
                | ((serial & SERIAL_MASK) << WAITING_SERIAL_SHIFT)
                | ((long) Math.min(pacer, NO_PACER) << PACER_SHIFT)
                | (share << PLACE_BITS)
                | ((place >> UNIT_SHIFT) & PLACE_MASK);
    }

    static boolean isWaitingOf(long waiting, int serial) {
        return ((waiting >>> WAITING_SERIAL_SHIFT) & SERIAL_MASK) == (serial & SERIAL_MASK);
    }

    /** Returns when the turn of a waiting request comes. */
    static long place(long waiting, long now) {
        long units = now >> UNIT_SHIFT;
        return (units + (((waiting - units + LATE) & PLACE_MASK) - LATE)) << UNIT_SHIFT;
    }

    static int pacer(long waiting) {
        return (int) (waiting >>> PACER_SHIFT) & NO_PACER;
    }

    static long share(long waiting) {
        return (waiting >>> PLACE_BITS) & SHARES;
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
