package io.opensergo.governance.internal.limiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Admits requests at least an interval apart, and lets those that come too early wait in line.
 *
 * <p>A virtual clock: the state is the time at which the latest admitted request may proceed, which
 * is the last place of the line. Idle time is not saved up, so there is no burst after it. A
 * request that would have to wait longer than the timeout is refused at once and changes nothing;
 * one that would wait just as long is admitted. The interval, and places of requests that wait, are
 * whole multiples of {@value #RESOLUTION} ns, rounded up, so that a token can tell them exactly;
 * the timeout holds to that resolution.
 *
 * <p>A request that leaves the line gives its place back, wherever it stands. Nobody moves up,
 * since those behind it have been told when to proceed: the earliest place that is free goes to the
 * next request that comes. If the last places of the line are free, the line gets shorter instead.
 *
 * <p>Concurrency: exact, with the last place and the free ones in a word each, changed by
 * compare-and-set. A place belongs to a request, or to the free ones, or to a thread that takes it
 * out of the free ones to shorten the line by it; it never belongs to two of them, and the last
 * place moves back only over one that its thread owns while none is behind it. So no two requests
 * get a place less than an interval apart. What a thread owns for a moment others do not see, so
 * that one may get a later place than it could. While nobody waits the free places are not looked
 * at: all of them are past then.
 *
 * <p>Clock: the line is never longer than the longest timeout that was ever in force. A place that
 * is further away, by up to ten seconds, is in front of a thread that was held up after it had read
 * the time, which gets its place behind it like any other. One further away still says that the
 * clock was set back, and the line starts anew.
 *
 * <p>An edited pacer goes on with the line of the one before it, and both may be in use at once. A
 * free place between smaller gaps than the interval in force is not given away.
 */
public final class Pacer {

    /** What {@link #tryAcquire} returns for a refused request. */
    public static final long REFUSED = -1;

    /** The places of requests that wait are multiples of it, in nanoseconds. */
    public static final long RESOLUTION = 64;

    private final long interval;
    private final long timeout;
    private final long longestWait;
    private final long longestTimeout;
    private final Line line;

    private Pacer(long intervalNanos, long timeoutNanos, long longestTimeout, Line line) {
        this.interval = roundedUp(intervalNanos);
        this.timeout = timeoutNanos;
        this.longestWait = timeoutNanos + RESOLUTION - 1;
        this.longestTimeout = longestTimeout;
        this.line = line;
    }

    /**
     * Starts a pacer with an empty line.
     *
     * @param intervalNanos the smallest gap between two requests, 0 or more
     * @param timeoutNanos the longest wait, 0 or more
     */
    public static Pacer of(long intervalNanos, long timeoutNanos) {
        return new Pacer(intervalNanos, timeoutNanos, timeoutNanos, new Line());
    }

    /** Returns a pacer with other settings that goes on with the line of this one. */
    public Pacer edited(long newIntervalNanos, long newTimeoutNanos) {
        return new Pacer(
                newIntervalNanos, newTimeoutNanos, Math.max(longestTimeout, newTimeoutNanos), line);
    }

    /** Returns the timeout, in nanoseconds. */
    public long timeout() {
        return timeout;
    }

    /** Admits a request and returns the nanoseconds it has to wait, or returns {@link #REFUSED}. */
    public long tryAcquire(long now) {
        if (interval == 0) {
            return 0;
        }
        while (true) {
            long before = line.latest;
            long wait = wait(before, now);
            if (wait > 0) {
                long untilFree = takeFree(now);
                if (untilFree >= 0) {
                    return untilFree;
                }
                if (wait > longestWait) {
                    return REFUSED;
                }
            }
            long place = wait == 0 ? now : roundedUp(now + wait);
            if (line.replaceLatest(before, place)) {
                if (isSetBack(before, now)) {
                    line.forgetFree();
                }
                return place - now;
            }
        }
    }

    /**
     * Takes back the place of a request that has left the line, for those who come.
     *
     * @param place the time until which the request had to wait; that of its admission, if it had
     *     not to
     */
    public void leave(long now, long place) {
        if (interval == 0 || isSetBack(place, now)) {
            return;
        }
        line.addFree(place, interval, now);
        shorten(now);
    }

    /**
     * As {@link #leave}, of a request that had not to wait, and of whose admission is known only in
     * which {@link #RESOLUTION} it was; without effect if another has come since.
     */
    public void leaveLast(long roundedDown) {
        long last = line.latest;
        if (interval != 0 && last - roundedDown >= 0 && last - roundedDown < RESOLUTION) {
            line.replaceLatest(last, last - interval);
        }
    }

    /** Returns what {@link #tryAcquire} would, without admitting the request. */
    public long peek(long now) {
        if (interval == 0) {
            return 0;
        }
        long wait = wait(line.latest, now);
        if (wait == 0) {
            return 0;
        }
        FreePlaces free = line.free;
        int first = firstFree(free, now);
        if (first >= 0) {
            return free.place(first) - now;
        }
        return wait > longestWait ? REFUSED : roundedUp(now + wait) - now;
    }

    /** Returns how many nanoseconds after a refusal a request would get a place in the line. */
    public long retryAfter(long now) {
        long wait = wait(line.latest, now);
        FreePlaces free = line.free;
        int first = free.firstFrom(now, interval);
        if (first >= 0) {
            wait = Math.min(wait, free.place(first) - now);
        }
        return Math.max(1, wait - longestWait);
    }

    /** Takes the earliest free place and returns the wait until it; negative if there is none. */
    private long takeFree(long now) {
        while (true) {
            FreePlaces free = line.free;
            int first = firstFree(free, now);
            if (first < 0) {
                return -1;
            }
            long place = free.place(first);
            if (line.replaceFree(free, free.without(first, now))) {
                return place - now;
            }
        }
    }

    private int firstFree(FreePlaces free, long now) {
        if (free.size() == 0) {
            return -1;
        }
        int first = free.firstFrom(now, interval);
        return first >= 0 && free.place(first) - now <= longestWait ? first : -1;
    }

    /** Takes free places off the end of the line. */
    private void shorten(long now) {
        while (true) {
            long last = line.latest;
            FreePlaces free = line.free;
            if (!free.endsWith(last)) {
                return;
            }
            int index = free.size() - 1;
            long gap = free.gap(index);
            if (line.replaceFree(free, free.without(index, now))
                    && !line.replaceLatest(last, last - gap)) {
                line.addFree(last, gap, now); // somebody came behind it
            }
        }
    }

    private long wait(long before, long now) {
        if (before == Line.NOBODY || isSetBack(before, now)) {
            return 0;
        }
        return Math.max(0, before + interval - now);
    }

    private boolean isSetBack(long place, long now) {
        return place - now > longestTimeout + ClockJump.LONGEST_DELAY;
    }

    private static long roundedUp(long time) {
        return (time + RESOLUTION - 1) & -RESOLUTION;
    }

    /** What a pacer shares with those it was edited from. */
    private static final class Line {

        /** The last place before the first request; as a time, it comes once in 584 years. */
        static final long NOBODY = Long.MIN_VALUE;

        private static final VarHandle LATEST;
        private static final VarHandle FREE;

        static {
            try {
                MethodHandles.Lookup lookup = MethodHandles.lookup();
                LATEST = lookup.findVarHandle(Line.class, "latest", long.class);
                FREE = lookup.findVarHandle(Line.class, "free", FreePlaces.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private volatile long latest = NOBODY;
        private volatile FreePlaces free = FreePlaces.NONE;

        boolean replaceLatest(long expected, long place) {
            return LATEST.compareAndSet(this, expected, place);
        }

        boolean replaceFree(FreePlaces expected, FreePlaces places) {
            return FREE.compareAndSet(this, expected, places);
        }

        void addFree(long place, long gap, long now) {
            FreePlaces before = free;
            while (!replaceFree(before, before.with(place, gap, now))) {
                before = free;
            }
        }

        /** Those of the time before the clock was set back. */
        void forgetFree() {
            free = FreePlaces.NONE;
        }
    }
}
