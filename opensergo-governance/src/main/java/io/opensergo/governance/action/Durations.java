package io.opensergo.governance.action;

import java.time.Duration;

/** Durations as nanoseconds. */
final class Durations {

    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Durations() {}

    /** Returns the nanoseconds, as many as there can be if they are more: 292 years. */
    static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) >= 0 ? Long.MAX_VALUE : duration.toNanos();
    }
}
