package io.opensergo.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Chance that keeps clients with equal settings from doing the same at the same time. */
final class Jitter {

    private Jitter() {}

    /** Returns a random duration from three to five quarters of the given one. */
    static Duration around(Duration duration) {
        long nanos = duration.toNanos();
        long quarter = nanos / 4;
        return Duration.ofNanos(
                nanos - quarter + ThreadLocalRandom.current().nextLong(2 * quarter + 1));
    }
}
