package io.opensergo.vertx;

/** Waiting times as timers of Vert.x take them. */
final class Waits {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private Waits() {}

    /**
     * Returns the milliseconds that cover a time of more than zero: at least one, never too few.
     */
    static long millis(long nanos) {
        return (nanos - 1) / NANOS_PER_MILLI + 1;
    }
}
