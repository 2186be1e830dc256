package io.opensergo.governance.internal.limiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Admits at most {@code limit} requests in any window of time, wherever it begins.
 *
 * <p>The window slides in parts of a {@value #PARTS}th of its length. A part begins with the first
 * request that comes after the one before it has ended, or that finds the limit reached and an
 * older part to be forgotten. The requests of a part are forgotten together, when the last of them
 * is as old as the window is long; its time is kept to less than a 500,000th of the part and
 * rounded up. So a request may be refused that a log of every single request would have admitted,
 * for at most a {@value #PARTS}th of the window; never the other way round. A burst comes back as a
 * burst, since its part ages from its last request.
 *
 * <p>Concurrency: exact. One compare-and-set on the word of the newest part both checks and counts,
 * and the parts before it are immutable, so nothing overshoots under contention. {@link SubWindow}
 * says how parts follow each other without a lock.
 *
 * <p>Clock: a time before the newest part, by less than a window or ten seconds if that is longer,
 * counts as its beginning: a thread may be held up after it has read the time. One further back is
 * a clock that was set back, and everything counted so far counts as having just happened.
 *
 * <p>An edited limiter goes on counting where the one before it stood, and both may be in use at
 * once.
 */
public final class RateLimiter {

    /** What {@link #retryAfter} says if no wait helps. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Into how many parts a window is divided. */
    static final int PARTS = 16;

    private final long limit;
    private final long window;
    private final long partLength;
    private final long tolerance;
    private final Counts counts;

    private RateLimiter(long limit, long windowNanos, Counts counts) {
        this.limit = Math.min(limit, Part.COUNT_MASK);
        this.window = windowNanos;
        this.partLength = Math.max(1, windowNanos / PARTS);
        this.tolerance = Math.max(windowNanos, ClockJump.LONGEST_DELAY);
        this.counts = counts;
    }

    /**
     * Starts a limiter with nothing counted.
     *
     * @param limit requests per window, 0 or more
     * @param windowNanos the length of the window, 1 or more
     */
    public static RateLimiter of(long limit, long windowNanos) {
        return new RateLimiter(limit, windowNanos, new Counts());
    }

    /** Returns a limiter with other settings that goes on with what this one has counted. */
    public RateLimiter edited(long newLimit, long newWindowNanos) {
        return new RateLimiter(newLimit, newWindowNanos, counts);
    }

    /** Returns how many requests may pass in a window. */
    public long limit() {
        return limit;
    }

    /** Admits a request and returns the part it was counted in, or refuses it with {@code null}. */
    public @Nullable Part tryAcquire(long now) {
        while (true) {
            Part part = counts.newest;
            long time = now;
            if (!part.contains(now) || part.length != partLength) {
                if (!isJustBefore(part, now)) {
                    moveOn(part, now);
                    continue;
                }
                time = part.start;
            }
            long word = part.word();
            if (word < 0) {
                moveOn(part, time);
            } else if (part.pastCount + (word & Part.COUNT_MASK) >= limit) {
                if (!part.past.hasOlderThan(window, time)) {
                    return null;
                }
                moveOn(part, time);
            } else if (part.replace(word, part.withAdmission(word, time))) {
                return part;
            }
        }
    }

    /** Takes back an admission; without effect if its part has been sealed meanwhile. */
    public static void giveBack(Part part) {
        while (true) {
            long word = part.word();
            if (word < 0 || part.replace(word, word - 1)) {
                return;
            }
        }
    }

    /**
     * Takes back the admission of a request that this limiter, or one that it was edited from or
     * to, has counted and that was not made after all, whatever has come since.
     *
     * <p>It is taken from the part that was the newest one at that time, or from an older one if
     * the thread that was admitted had been held up: never from a younger one, which would be
     * forgotten later than what was counted. Without effect if the part has been forgotten, as it
     * has when the window has passed.
     *
     * @param admitted a time that is not after the admission; the later, the better
     */
    public void giveBack(long now, long admitted) {
        while (true) {
            Part part = counts.newest;
            if (admitted - now > 0 || part.past.hasForgotten(admitted)) {
                return;
            }
            long word = part.word();
            int index = part.past.indexOf(admitted);
            if (word < 0) {
                moveOn(part, now);
            } else if (index < part.past.size()) {
                if (part.past.count(index) == 0 || counts.moveOn(part, part.withOneLess(index))) {
                    return;
                }
            } else if ((word & Part.COUNT_MASK) == 0 || part.replace(word, word - 1)) {
                return;
            }
        }
    }

    /** Returns whether a request would be admitted, without admitting it. */
    public boolean wouldAdmit(long now) {
        return limit > used(now);
    }

    /** Returns how many requests count at a time. */
    public long used(long now) {
        Part part = counts.newest;
        long word = part.counts();
        if (isSetBack(part, now)) {
            return part.pastCount + (word & Part.COUNT_MASK);
        }
        long time = now - part.start < 0 ? part.start : now;
        long used = time - part.lastAdmission(word) < window ? word & Part.COUNT_MASK : 0;
        for (int i = 0; i < part.past.size(); i++) {
            if (time - part.past.time(i) < window) {
                used += part.past.count(i);
            }
        }
        return used;
    }

    /**
     * Returns how many nanoseconds after a refusal a request would be admitted if none came
     * meanwhile; {@link #NEVER} if the limit is 0.
     */
    public long retryAfter(long now) {
        if (limit == 0) {
            return NEVER;
        }
        Part part = counts.newest;
        long word = part.counts();
        long excess = part.pastCount + (word & Part.COUNT_MASK) - limit;
        for (int i = 0; i < part.past.size(); i++) {
            excess -= part.past.count(i);
            if (excess < 0) {
                return untilForgotten(part.past.time(i), now);
            }
        }
        return untilForgotten(part.lastAdmission(word), now);
    }

    /** Returns how many requests were admitted since the limiter was started, through all edits. */
    public long admitted() {
        Part part = counts.newest;
        return part.admittedBefore + (part.counts() & Part.COUNT_MASK);
    }

    private long untilForgotten(long time, long now) {
        return Math.max(1, time + window - now);
    }

    private boolean isJustBefore(Part part, long now) {
        return now - part.start < 0 && !isSetBack(part, now) && part.length == partLength;
    }

    private boolean isSetBack(Part part, long now) {
        return part.start - now >= tolerance;
    }

    private void moveOn(Part part, long now) {
        long word = part.seal();
        Part next;
        if (part.length == 0) {
            next = new Part(now, partLength, History.beginningAt(now), 0, 0);
        } else {
            long count = word & Part.COUNT_MASK;
            boolean setBack = isSetBack(part, now);
            long start = setBack || now - part.start > 0 ? now : part.start;
            History past =
                    setBack
                            ? part.past
                                    .restartedAt(now, count)
                                    .forgettingUntil(part.start + part.length)
                            : part.past.with(part.lastAdmission(word), count, window, start);
            next = new Part(start, partLength, past, part.admittedBefore + count, 0);
        }
        counts.moveOn(part, next);
    }

    /** The newest part of a window. */
    public static final class Part extends SubWindow {

        /** The word: 20 bits of the last admission's offset in units of the part, 43 of count. */
        private static final int COUNT_BITS = 43;

        private static final int OFFSET_BITS = 20;
        static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

        private final long pastCount;
        private final long admittedBefore;
        private final int unitShift;

        private Part(long start, long length, History past, long admittedBefore, long word) {
            super(start, length, past, word);
            this.pastCount = past.sum();
            this.admittedBefore = admittedBefore;
            this.unitShift =
                    Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(length) - OFFSET_BITS);
        }

        /** Ends this part and returns one that goes on with its counts, and one less before. */
        private Part withOneLess(int index) {
            long word = seal();
            return new Part(start, length, past.withOneLess(index), admittedBefore - 1, word);
        }

        private long withAdmission(long word, long now) {
            long offset = Math.max((now - start) >>> unitShift, word >>> COUNT_BITS);
            return (offset << COUNT_BITS) | ((word & COUNT_MASK) + 1);
        }

        /**
         * Returns when the last request was admitted, rounded up to the end of the unit, at most to
         * that of the part; and not before the older parts, whose unit may be another.
         */
        private long lastAdmission(long word) {
            long offset = ((word >>> COUNT_BITS) + 1) << unitShift;
            return past.notBefore(start + Math.min(length, offset) - 1);
        }
    }

    /** What a limiter shares with those it was edited from. */
    private static final class Counts {

        private static final VarHandle NEWEST;

        static {
            try {
                NEWEST = MethodHandles.lookup().findVarHandle(Counts.class, "newest", Part.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private volatile Part newest = new Part(0, 0, History.NONE, 0, 0);

        /** Replaces the newest part; if another thread did, its part is as good. */
        boolean moveOn(Part from, Part to) {
            return NEWEST.compareAndSet(this, from, to);
        }
    }
}
