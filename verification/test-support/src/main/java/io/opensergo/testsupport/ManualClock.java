package io.opensergo.testsupport;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that the test moves. */
public final class ManualClock implements InstantSource {

    private volatile Instant now;

    /** Makes a clock that stands at a time. */
    public ManualClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Sets the clock to a time. */
    public void set(Instant now) {
        this.now = now;
    }

    /** Sets the clock forward. */
    public void advance(Duration duration) {
        now = now.plus(duration);
    }
}
