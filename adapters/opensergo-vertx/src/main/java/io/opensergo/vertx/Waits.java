package io.opensergo.vertx;

/** Waiting times as timers of Vert.x take them. */
final class Waits {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private Waits() {}

    /**
     * Returns the milliseconds that cover a time: at least one, which timers want, never too few.
     */
    static long millis(long nanos) {
        return Math.max(0, nanos - 1) / NANOS_PER_MILLI + 1;
    }
}
