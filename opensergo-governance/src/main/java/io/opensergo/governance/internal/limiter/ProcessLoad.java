package io.opensergo.governance.internal.limiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How busy the process is, and how many requests in flight it has shown that it can bear.
 *
 * <p>The CPU and the load are measured elsewhere and only read here. The capacity follows Little's
 * law, as BBR does: the highest rate of completed requests, times the lowest time they took, is the
 * number in flight that keeps the process busy without a queue. The time is the mean of a part,
 * since the law holds for means: a single short request, such as a health check, says nothing of
 * the others. Both are taken over ten seconds in parts of half a second that have ended, as of the
 * last completed request: a process in which nothing completes any more keeps the capacity it had.
 * A clock that was set back by ten seconds or more starts anew, with nothing known.
 *
 * <p>Concurrency: the measured values are volatile. Completed requests are counted as {@link
 * SubWindow} describes; a part's capacity is final.
 */
public final class ProcessLoad {

    private static final long PART = 500_000_000;
    private static final long WINDOW = 20 * PART;
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(ProcessLoad.class, "newest", Part.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final InFlight inFlight = new InFlight();
    private volatile double cpu;
    private volatile double loadAverage;
    private volatile Part newest = new Part(0, 0, History.NONE);

    /**
     * Takes what was measured.
     *
     * @param newCpu the CPU in use, 0 to 1; negative or not a number if unknown
     * @param newLoadAverage the load average; likewise
     */
    public void measured(double newCpu, double newLoadAverage) {
        cpu = newCpu;
        loadAverage = newLoadAverage;
    }

    /** Returns the CPU in use as last measured. */
    public double cpu() {
        return cpu;
    }

    /** Returns the load average as last measured. */
    public double loadAverage() {
        return loadAverage;
    }

    /** Returns the requests in flight that are counted here. */
    public InFlight inFlight() {
        return inFlight;
    }

    /**
     * Returns the requests in flight that the process can bear; infinite if nothing is known yet.
     */
    public double capacity() {
        return newest.capacity;
    }

    /** Counts a completed request. */
    public void record(long now, long rt) {
        while (true) {
            Part part = newest;
            if (!part.contains(now) && (part.length == 0 || !isJustBefore(part, now))) {
                moveOn(part, now);
                continue;
            }
            long word = part.word();
            if (word < 0) {
                moveOn(part, now);
            } else if (part.replace(word, Part.withCall(word, rt))) {
                return;
            }
        }
    }

    private static boolean isJustBefore(Part part, long now) {
        return now - part.start < 0 && part.start - now < WINDOW;
    }

    private void moveOn(Part part, long now) {
        long counts = part.seal();
        boolean known = part.length != 0 && part.start - now < WINDOW;
        History past = known ? part.past.with(part.start, counts, WINDOW, now) : History.NONE;
        long start = known && now - part.start < 0 ? part.start : now;
        NEWEST.compareAndSet(this, part, new Part(start, PART, past));
    }

    /** The newest part, and the capacity by those before it. */
    private static final class Part extends SubWindow {

        /** The word: 23 bits of calls, 40 of the sum of their times in microseconds. */
        private static final int CALLS_SHIFT = 40;

        private static final long TIME_MASK = (1L << CALLS_SHIFT) - 1;
        private static final long MAX_CALLS = (1L << 23) - 1;

        private final double capacity;

        private Part(long start, long length, History past) {
            super(start, length, past);
            this.capacity = capacity(past);
        }

        private static long withCall(long word, long rt) {
            long calls = word >>> CALLS_SHIFT;
            if (calls == MAX_CALLS) {
                return word; // eight million calls tell the mean well enough
            }
            long micros = Math.min(Math.max(1, (rt + 999) / 1000), TIME_MASK);
            return ((calls + 1) << CALLS_SHIFT) | Math.min((word & TIME_MASK) + micros, TIME_MASK);
        }

        private static double capacity(History past) {
            if (past.size() == 0) {
                return Double.POSITIVE_INFINITY;
            }
            long mostCalls = 0;
            double shortest = Double.MAX_VALUE;
            for (int i = 0; i < past.size(); i++) {
                long calls = past.count(i) >>> CALLS_SHIFT;
                mostCalls = Math.max(mostCalls, calls);
                shortest = Math.min(shortest, (double) (past.count(i) & TIME_MASK) / calls);
            }
            return mostCalls * shortest * 1000 / PART;
        }
    }
}
