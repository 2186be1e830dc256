package io.opensergo.governance.internal.limiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Stops requests to what fails or is slow, and lets a probe through now and then.
 *
 * <p>Closed, it counts completed calls in a window that slides in parts of a {@value #PARTS}th: a
 * call is forgotten when the beginning of its part is as old as the window is long, and a part ends
 * early if an older one is forgotten meanwhile. It opens when there are enough calls and the bad
 * ones among them reach the ratio, which is tested after each call. Open, it refuses everything
 * until the recovery timeout has passed; the next request is the probe, and its outcome closes or
 * opens it again. If a probe is not heard of for a recovery timeout (or the time it may take, if
 * longer), the next request is a probe too; the first outcome of any of them decides. Who is a
 * probe is known by when it started, so that the outcomes of other requests decide nothing, late as
 * they may be.
 *
 * <p>Concurrency: the state is one reference to an immutable object (Closed has the newest part of
 * its window in it), changed by compare-and-set, so that each transition happens once, one request
 * becomes the probe, and what is counted in an earlier period cannot reach a later one. Calls that
 * complete at the same time are all counted before the last of them tests the ratio; requests that
 * pass while another thread opens the breaker are not called back.
 *
 * <p>Clock: a part behaves as in {@link RateLimiter}. An open or probing breaker that sees a time
 * before the beginning of its wait, by more than the wait and more than ten seconds, starts its
 * wait anew.
 *
 * <p>An edited breaker goes on in the state of the one before it, and both may be in use at once.
 * One that is open keeps its deadline, and a probe is judged by the settings in force when it ends.
 * If other calls are bad than before, a closed one begins with an empty window: what was counted
 * has another meaning, and what the one before it still counts is left out.
 */
public final class CircuitBreaker {

    /** What {@link #tryAcquire} returns. */
    public enum Admission {
        /** The request passes. */
        PASS,
        /** The request passes as the probe, and its outcome must be recorded as that. */
        PROBE,
        /** The request is refused. */
        REFUSE
    }

    /** The states of a breaker. */
    public enum Phase {
        /** Requests pass. */
        CLOSED,
        /** Requests are refused. */
        OPEN,
        /** A probe is on its way, and other requests are refused. */
        HALF_OPEN
    }

    /** Is told of transitions, by the thread that made them; it must not block. */
    @FunctionalInterface
    public interface Listener {
        /** Tells that the phase has changed. */
        void onTransition(Phase from, Phase to);
    }

    /** The probe that a request is which is none. */
    public static final long NO_PROBE = -1;

    /** Into how many parts a window is divided. */
    static final int PARTS = 16;

    private final Settings settings;
    private final Cell cell;

    /** How often it has been edited so that other calls are bad. */
    private final int meaning;

    private CircuitBreaker(Settings settings, Cell cell, int meaning) {
        this.settings = settings;
        this.cell = cell;
        this.meaning = meaning;
    }

    /**
     * The settings of a breaker; times in nanoseconds.
     *
     * @param slow whether slow calls are the bad ones, or else those that failed
     * @param percent the share of bad calls that opens it, 0 to 100; at 0 a single one does
     * @param minCalls fewer calls in the window do not open it, 1 or more
     * @param window the length of the window, 1 or more
     * @param recovery how long it stays open, 1 or more
     * @param maxRt a call that takes longer is slow
     */
    public record Settings(
            boolean slow, int percent, int minCalls, long window, long recovery, long maxRt) {

        private long partLength() {
            return Math.max(1, window / PARTS);
        }

        private long tolerance() {
            return Math.max(window, ClockJump.LONGEST_DELAY);
        }

        private long probeTimeout() {
            return slow ? Math.max(recovery, maxRt) : recovery;
        }

        private boolean isReached(long calls, long bad) {
            return calls >= minCalls && bad > 0 && bad * 100 >= percent * calls;
        }

        private boolean isBad(long rt, boolean failed) {
            return slow ? rt > maxRt : failed;
        }

        private boolean countsLike(Settings other) {
            return slow == other.slow && (!slow || maxRt == other.maxRt);
        }
    }

    /** Starts a closed breaker. */
    public static CircuitBreaker of(Settings settings, Listener listener) {
        return new CircuitBreaker(settings, new Cell(listener), 0);
    }

    /**
     * Returns a breaker with other settings that goes on in the state of this one.
     *
     * @param sameFailures whether the same calls fail as before; else, and if other calls are slow,
     *     what was counted is forgotten
     */
    public CircuitBreaker edited(Settings newSettings, boolean sameFailures) {
        boolean same = settings.countsLike(newSettings) && (settings.slow || sameFailures);
        return new CircuitBreaker(newSettings, cell, same ? meaning : meaning + 1);
    }

    /** Returns whether it can be told without the time that a request passes. */
    public boolean isClosed() {
        return cell.state instanceof Closed;
    }

    /**
     * Decides on a request.
     *
     * @param probe what the request is known by if it is a probe, not negative; those that are
     *     known by the same are one probe
     */
    public Admission tryAcquire(long now, long probe) {
        while (true) {
            State state = cell.state;
            if (state instanceof Closed) {
                return Admission.PASS;
            }
            Waiting waiting = (Waiting) state;
            if (waiting.isSetBack(now)) {
                cell.move(waiting, waiting.restartedAt(now));
            } else if (now - waiting.until < 0) {
                return Admission.REFUSE;
            } else if (cell.move(waiting, probing(waiting, now, probe))) {
                return Admission.PROBE;
            }
        }
    }

    /** Returns what {@link #tryAcquire} would, without a change of state. */
    public Admission peek(long now) {
        State state = cell.state;
        if (state instanceof Closed) {
            return Admission.PASS;
        }
        Waiting waiting = (Waiting) state;
        if (waiting.isSetBack(now)) {
            waiting = waiting.restartedAt(now);
        }
        return now - waiting.until < 0 ? Admission.REFUSE : Admission.PROBE;
    }

    /** Returns how many nanoseconds after a refusal a request may be the next probe. */
    public long retryAfter(long now) {
        return cell.state instanceof Waiting waiting ? Math.max(1, waiting.until - now) : 1;
    }

    /** Returns whether a call that took so long is slow, and slow calls are the bad ones. */
    public boolean isSlow(long rt) {
        return settings.slow && rt > settings.maxRt;
    }

    /**
     * Records the outcome of a call that passed.
     *
     * @param now when it ended
     * @param rt how long it took, in nanoseconds; negative if the clock was set back, which is not
     *     slow
     * @param failed whether it failed
     * @param probe what it is known by if it is a probe of any breaker, or else {@link #NO_PROBE}
     */
    public void record(long now, long rt, boolean failed, long probe) {
        boolean bad = settings.isBad(rt, failed);
        State state = cell.state;
        while (state instanceof Closed closed && closed.meaning - meaning < 0) {
            cell.move(closed, new Closed(meaning));
            state = cell.state;
        }
        if (state instanceof Closed closed) {
            if (closed.meaning == meaning) {
                count(closed, now, bad);
            }
            return;
        }
        // Another probe may start meanwhile, since this one took long; this one still decides.
        while (probe != NO_PROBE && state instanceof HalfOpen halfOpen && halfOpen.knows(probe)) {
            if (cell.move(state, bad ? opened(now) : new Closed(meaning))) {
                return;
            }
            state = cell.state;
        }
    }

    /**
     * Gives back a probe that never ran or has no outcome: the next request is the probe, unless a
     * later one is on its way.
     *
     * @param probe what it is known by
     */
    public void giveBackProbe(long now, long probe) {
        State state = cell.state;
        while (state instanceof HalfOpen halfOpen && halfOpen.knows(probe)) {
            if (cell.move(state, halfOpen.without(probe, now))) {
                return;
            }
            state = cell.state;
        }
    }

    /** Returns the phase. An open breaker stays so until a request comes, however late. */
    public Phase phase() {
        return cell.state.phase();
    }

    /** Returns the calls in the window and the bad ones among them, if closed; else nothing. */
    public Window window(long now) {
        if (!(cell.state instanceof Closed closed) || closed.meaning != meaning) {
            return new Window(0, 0);
        }
        Part part = closed.newest;
        long sum = now - part.start < settings.window ? part.counts() : 0;
        for (int i = 0; i < part.past.size(); i++) {
            if (now - part.past.time(i) < settings.window) {
                sum += part.past.count(i);
            }
        }
        return new Window(Part.calls(sum), Part.bad(sum));
    }

    /**
     * What a closed breaker has in its window.
     *
     * @param calls the completed calls
     * @param bad the failed or slow ones among them
     */
    public record Window(long calls, long bad) {}

    private Open opened(long now) {
        return new Open(now, now + settings.recovery);
    }

    private HalfOpen probing(Waiting waiting, long now, long probe) {
        long[] probes =
                waiting instanceof HalfOpen halfOpen ? halfOpen.and(probe) : new long[] {probe};
        return new HalfOpen(now, now + settings.probeTimeout(), probes);
    }

    private void count(Closed closed, long now, boolean bad) {
        while (true) {
            Part part = closed.newest;
            boolean current = part.contains(now) && part.window == settings.window;
            if (!current && !isJustBefore(part, now)) {
                moveOn(closed, part, now);
                continue;
            }
            long word = part.word();
            if (word < 0) {
                moveOn(closed, part, now);
                continue;
            }
            long counted = Part.withCall(word, bad);
            if (part.replace(word, counted)) {
                long sum = part.pastSum + counted;
                long badCalls = Part.bad(sum);
                if (badCalls != 0 && settings.isReached(Part.calls(sum), badCalls)) {
                    cell.move(closed, opened(now));
                }
                return;
            }
        }
    }

    private boolean isJustBefore(Part part, long now) {
        return now - part.start < 0
                && part.start - now < settings.tolerance()
                && part.window == settings.window;
    }

    private void moveOn(Closed closed, Part part, long now) {
        long counts = part.seal();
        long window = settings.window;
        long start = now;
        History past;
        if (part.window == 0) {
            past = History.NONE;
        } else if (part.start - now >= settings.tolerance()) {
            past = part.past.restartedAt(now, counts);
        } else {
            start = now - part.start > 0 ? now : part.start;
            past = part.past.with(part.start, counts, window, start);
        }
        closed.moveOn(part, new Part(start, settings, past));
    }

    /** The newest part of the window of a closed breaker. */
    private static final class Part extends SubWindow {

        /** The word: 31 bits of bad calls, 32 of calls, which never fill up, even when added. */
        private static final int BAD_SHIFT = 32;

        private static final long CALLS_MASK = (1L << BAD_SHIFT) - 1;
        private static final long MAX_CALLS = (1L << 26) - 1;

        private final long window;
        private final long pastSum;

        private Part(long start, Settings settings, History past) {
            super(start, length(start, settings, past), past);
            this.window = settings.window;
            this.pastSum = past.sum();
        }

        private Part() {
            super(0, 0, History.NONE);
            this.window = 0;
            this.pastSum = 0;
        }

        /** A part ends early when the oldest one expires, so the sum need not be checked for it. */
        private static long length(long start, Settings settings, History past) {
            long length = settings.partLength();
            return past.size() == 0
                    ? length
                    : Math.max(1, Math.min(length, past.time(0) + settings.window - start));
        }

        /** Beyond 67 million calls in one part the ratio is known well enough. */
        private static long withCall(long word, boolean bad) {
            if ((word & CALLS_MASK) >= MAX_CALLS) {
                return word;
            }
            return word + 1 + (bad ? 1L << BAD_SHIFT : 0);
        }

        private static long calls(long counts) {
            return counts & CALLS_MASK;
        }

        private static long bad(long counts) {
            return counts >>> BAD_SHIFT;
        }
    }

    private abstract static sealed class State {

        abstract Phase phase();
    }

    private static final class Closed extends State {

        private static final VarHandle NEWEST = handle(Closed.class, "newest", Part.class);

        /** By which edit of the breaker calls are bad that are counted here. */
        private final int meaning;

        private volatile Part newest = new Part();

        Closed(int meaning) {
            this.meaning = meaning;
        }

        void moveOn(Part from, Part to) {
            NEWEST.compareAndSet(this, from, to);
        }

        @Override
        Phase phase() {
            return Phase.CLOSED;
        }
    }

    private abstract static sealed class Waiting extends State {

        final long since;
        final long until;

        Waiting(long since, long until) {
            this.since = since;
            this.until = until;
        }

        final boolean isSetBack(long now) {
            return since - now > Math.max(until - since, ClockJump.LONGEST_DELAY);
        }

        abstract Waiting restartedAt(long now);
    }

    private static final class Open extends Waiting {

        Open(long since, long until) {
            super(since, until);
        }

        @Override
        Phase phase() {
            return Phase.OPEN;
        }

        @Override
        Open restartedAt(long now) {
            return new Open(now, now + (until - since));
        }
    }

    private static final class HalfOpen extends Waiting {

        /** There are more on their way only if calls take that many recovery timeouts. */
        private static final int MAX_PROBES = 16;

        /** What the probes on their way are known by, the first one first. */
        private final long[] probes;

        HalfOpen(long since, long until, long[] probes) {
            super(since, until);
            this.probes = probes;
        }

        boolean knows(long probe) {
            for (long known : probes) {
                if (known == probe) {
                    return true;
                }
            }
            return false;
        }

        /**
         * Returns the probes and one more. If there are too many the second one is forgotten: the
         * first one stays, since of calls that all take long it ends first, and the latest ones,
         * since the first may be lost.
         */
        long[] and(long probe) {
            boolean full = probes.length == MAX_PROBES;
            long[] more = new long[full ? MAX_PROBES : probes.length + 1];
            more[0] = probes[0];
            System.arraycopy(probes, full ? 2 : 1, more, 1, more.length - 2);
            more[more.length - 1] = probe;
            return more;
        }

        /** Returns what follows when a probe is given back. */
        Waiting without(long probe, long now) {
            int left = 0;
            for (long known : probes) {
                left += known == probe ? 0 : 1;
            }
            if (left == 0) {
                return new Open(now, now);
            }
            long[] others = new long[left];
            int kept = 0;
            for (long known : probes) {
                if (known != probe) {
                    others[kept++] = known;
                }
            }
            boolean last = probes[probes.length - 1] == probe;
            return last ? new HalfOpen(now, now, others) : new HalfOpen(since, until, others);
        }

        @Override
        Phase phase() {
            return Phase.HALF_OPEN;
        }

        @Override
        HalfOpen restartedAt(long now) {
            return new HalfOpen(now, now + (until - since), probes);
        }
    }

    /** What a breaker shares with those it was edited from. */
    private static final class Cell {

        private static final VarHandle STATE = handle(Cell.class, "state", State.class);

        private final Listener listener;
        private volatile State state = new Closed(0);

        Cell(Listener listener) {
            this.listener = listener;
        }

        boolean move(State from, State to) {
            if (!STATE.compareAndSet(this, from, to)) {
                return false;
            }
            if (from.phase() != to.phase()) {
                listener.onTransition(from.phase(), to.phase());
            }
            return true;
        }
    }

    private static VarHandle handle(Class<?> owner, String field, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup())
                    .findVarHandle(owner, field, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
