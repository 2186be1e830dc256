package io.opensergo.api.time;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that stands still until it is told otherwise, for tests. Safe for many threads. */
public final class ManualTicker implements Ticker {

    private final AtomicLong now;

    /** Starts at zero. */
    public ManualTicker() {
        this(0);
    }

    /** Starts at a time in nanoseconds, which may be negative or close to an overflow. */
    public ManualTicker(long nanos) {
        now = new AtomicLong(nanos);
    }

    @Override
    public long nanos() {
        return now.get();
    }

    /** Moves on by a duration, or back by a negative one. */
    public void advance(Duration duration) {
        advanceNanos(duration.toNanos());
    }

    /** Moves on by nanoseconds, or back by negative ones. */
    public void advanceNanos(long nanos) {
        now.addAndGet(nanos);
    }
}
