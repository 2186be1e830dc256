package io.opensergo.rulefiles;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that the test moves. */
final class ManualClock implements InstantSource {

    private volatile Instant now;

    ManualClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant instant() {
        return now;
    }

    void set(Instant now) {
        this.now = now;
    }

    void advance(Duration duration) {
        now = now.plus(duration);
    }
}
