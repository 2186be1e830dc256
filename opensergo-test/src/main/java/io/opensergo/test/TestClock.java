package io.opensergo.test;

import io.opensergo.governance.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * The time of a test. It stands still until the test moves it on, and everything moves with it: the
 * windows of limits and breakers, the waits of throttled requests, and whatever a test schedules on
 * {@link #scheduler()}.
 *
 * <p><b>Waits.</b> A throttled {@code Guard.protect} or {@code callStage} goes on within {@link
 * #advance}, on the thread that calls it. A throttled {@code Guard.call} waits on its own thread:
 * on the thread of the test the wait itself moves the clock on, as nobody else would; on any other
 * it waits for the test to do so, which {@link #awaitWaiting} helps with.
 *
 * <p>For any number of threads; those that move the time do so one after the other.
 */
public final class TestClock implements TimeSource {

    /** How long is waited for other threads, by the clock of the system. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Timeline timeline;
    private final long start;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile Thread testThread = Thread.currentThread();

    /** Makes a clock that this thread moves. */
    TestClock(Timeline timeline) {
        this.timeline = timeline;
        this.start = timeline.nanos();
    }

    /** Returns a clock of its own time, for this thread as the one of the test. */
    public static TestClock create() {
        return new TestClock(new OwnTimeline());
    }

    /**
     * Returns a clock by Reactor's virtual time, which is switched on for the whole process if it
     * is not yet: {@code Mono.delay}, {@code timeout} and {@code StepVerifier.withVirtualTime} are
     * under control then as well, in whichever test. So only one test at a time may have it; {@link
     * VirtualTime} sees to that. Needs {@code io.projectreactor:reactor-test}.
     *
     * @throws IllegalStateException if that is not on the class path
     */
    public static TestClock ofReactor() {
        try {
            return new TestClock(ReactorTimeline.switchOn());
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "Reactor's virtual time needs io.projectreactor:reactor-test on the class path"
                            + " of the tests; add it, or use a clock without it",
                    e);
        }
    }

    /** Makes this thread the one of the test, on which a wait moves the clock. */
    public void useOnThisThread() {
        testThread = Thread.currentThread();
    }

    /**
     * Moves on by a duration. What is due on the way is done in its order, each at its time, on
     * this thread.
     *
     * @param duration 0 or more; 0 does what is due by now
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(
                    "time cannot go back: duration must be 0 or more, was " + duration);
        }
        timeline.advance(duration.toNanos());
    }

    /** Returns how long it has been moved on in all. */
    public Duration elapsed() {
        return Duration.ofNanos(nanos() - start);
    }

    @Override
    public long nanos() {
        return timeline.nanos();
    }

    /** Returns the scheduler by this clock, for what shall happen after some time of it. */
    @Override
    public Scheduler scheduler() {
        return timeline.scheduler();
    }

    /** Moves the clock on the thread of the test; waits for it on another. */
    @Override
    public void park(Object blocker, long nanos) {
        Thread current = Thread.currentThread();
        if (current.equals(testThread)) {
            timeline.advance(nanos);
            return;
        }
        long end = nanos() + nanos;
        Disposable wakeUp = timeline.at(end, () -> LockSupport.unpark(current));
        waiting.incrementAndGet();
        try {
            while (end - nanos() > 0 && !current.isInterrupted()) {
                LockSupport.park(blocker);
            }
        } finally {
            waiting.decrementAndGet();
            wakeUp.dispose();
        }
    }

    /** Returns how many threads wait on the clock now. */
    public int waiting() {
        return waiting.get();
    }

    /**
     * Waits, by the clock of the system, until at least so many threads wait on this one.
     *
     * @throws AssertionError if it takes longer than half a minute
     */
    public void awaitWaiting(int threads) {
        long start = System.nanoTime();
        while (waiting() < threads) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError(
                        "%d threads wait on the clock, expected %d: are their requests throttled?"
                                .formatted(waiting(), threads));
            }
            LockSupport.parkNanos(this, 200_000);
        }
    }

    /** Ends it; what is still scheduled is not done. */
    void close() {
        timeline.close();
    }

    /** Returns for example {@code TestClock[PT1.5S]}. */
    @Override
    public String toString() {
        return "TestClock[" + elapsed() + "]";
    }

    /** Times that something can be done at. */
    interface Timeline {

        long nanos();

        /** Moves on, and does what is due. */
        void advance(long nanos);

        /** Does something at a time. */
        Disposable at(long time, Runnable task);

        Scheduler scheduler();

        void close();
    }
}
