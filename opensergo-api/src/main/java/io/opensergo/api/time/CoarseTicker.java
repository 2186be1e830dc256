package io.opensergo.api.time;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A ticker that costs a read of memory where the clock costs a call: a thread of its own reads the
 * clock once per resolution and shares what it read.
 *
 * <p>A time may be old by the resolution and by how long the system lets the thread wait, which is
 * tens of microseconds on an idle machine and milliseconds on one whose cores are all busy. It
 * never runs ahead. What that means for a decision: a window may seem to end that much too early or
 * too late, against the sixteenth of its length in which it moves anyway (62 ms for a second); the
 * duration of a call may be off by as much. So it suits windows of a second and more, and slow-call
 * limits well above the resolution.
 *
 * <p>While nobody asks for the time, the thread sleeps; the first to ask gets the exact time and
 * wakes it. After {@link #close()} every time is exact.
 */
public final class CoarseTicker implements Ticker, AutoCloseable {

    /** The resolution of {@link #start()}. */
    public static final Duration DEFAULT_RESOLUTION = Duration.ofMillis(1);

    private static final Duration SMALLEST = Duration.ofNanos(100_000);
    private static final Duration GREATEST = Duration.ofMillis(100);

    /** What is shared instead of a time if none is; as a time, it would come once in 584 years. */
    private static final long NONE = Long.MIN_VALUE;

    /** The thread sleeps after so many readings for nobody. */
    private static final int PATIENCE = 100;

    private final long resolution;
    private final Thread thread;

    /* Written by the thread alone. Volatile, so that each reader sees each time soon and no time twice reversed. */
    private volatile long shared = NONE;

    /* Set by readers, only if it is not, so that they do not fight for its cache line; cleared by the thread. */
    private volatile boolean wanted;

    private volatile boolean closed;

    private CoarseTicker(Duration resolution) {
        this.resolution = resolution.toNanos();
        thread = new Thread(this::share, "opensergo-ticker");
        thread.setDaemon(true);
    }

    /** Starts a ticker with the default resolution. */
    public static CoarseTicker start() {
        return start(DEFAULT_RESOLUTION);
    }

    /**
     * Starts a ticker.
     *
     * @param resolution from 100 microseconds to 100 milliseconds
     * @throws IllegalArgumentException if the resolution is not within these bounds
     */
    public static CoarseTicker start(Duration resolution) {
        if (resolution.compareTo(SMALLEST) < 0 || resolution.compareTo(GREATEST) > 0) {
            throw new IllegalArgumentException(
                    "the resolution must be from "
                            + SMALLEST
                            + " to "
                            + GREATEST
                            + ", was "
                            + resolution);
        }
        var ticker = new CoarseTicker(resolution);
        ticker.thread.start();
        return ticker;
    }

    @Override
    public long nanos() {
        if (!wanted) {
            wanted = true;
        }
        long now = shared;
        return now != NONE ? now : exactTime();
    }

    private long exactTime() {
        if (!closed) {
            LockSupport.unpark(thread);
        }
        return System.nanoTime();
    }

    private void share() {
        int unwanted = 0;
        while (!closed) {
            if (wanted) {
                wanted = false;
                unwanted = 0;
            } else {
                unwanted++;
            }
            if (unwanted < PATIENCE) {
                shared = System.nanoTime();
                LockSupport.parkNanos(this, resolution);
            } else {
                shared = NONE;
                sleepUntilWanted();
            }
        }
        shared = NONE;
    }

    /**
     * Ends after a wake-up that comes between the check and the sleep too, since it is remembered.
     */
    private void sleepUntilWanted() {
        while (!wanted && !closed) {
            LockSupport.park(this);
        }
    }

    /** Returns whether times are shared at the moment, or else exact. */
    boolean isSharing() {
        return shared != NONE;
    }

    /**
     * Ends the thread; the ticker stays usable and is exact from then on. Closing again does
     * nothing.
     */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    @Override
    public String toString() {
        return "coarse(" + Duration.ofNanos(resolution) + ")";
    }
}
