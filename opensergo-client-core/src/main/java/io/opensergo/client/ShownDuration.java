package io.opensergo.client;

import java.time.Duration;

/** A duration as messages show it: {@code 5 s}, {@code 250 ms}, {@code 10 min}. */
final class ShownDuration {

    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;

    private ShownDuration() {}

    /** Returns the duration in the largest unit of which it is a whole number; none below a ms. */
    static String of(Duration duration) {
        if (duration.isZero()) {
            return "0 s";
        }
        long seconds = duration.toSeconds();
        if (duration.toNanosPart() >= 1_000_000 || seconds == 0) {
            return duration.toMillis() + " ms";
        }
        if (seconds % HOUR == 0) {
            return seconds / HOUR + " h";
        }
        return seconds % MINUTE == 0 ? seconds / MINUTE + " min" : seconds + " s";
    }
}
