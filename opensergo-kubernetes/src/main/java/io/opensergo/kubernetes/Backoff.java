package io.opensergo.kubernetes;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next of several failures in a row is made good. For one thread. */
final class Backoff {

    private static final double SPREAD = 0.2;
    private static final int MAX_DOUBLINGS = 30;

    private final long firstNanos;
    private final long lastNanos;
    private int failures;

    Backoff(Duration first, Duration last) {
        this.firstNanos = first.toNanos();
        this.lastNanos = last.toNanos();
    }

    /** Returns the next wait: twice the last one, up to the greatest, and a fifth less or more. */
    long nextNanos() {
        int doublings = Math.min(failures++, MAX_DOUBLINGS);
        double nanos = Math.min((double) lastNanos, firstNanos * Math.pow(2, doublings));
        return (long) (nanos * ThreadLocalRandom.current().nextDouble(1 - SPREAD, 1 + SPREAD));
    }

    /** Begins again with the least wait. */
    void reset() {
        failures = 0;
    }
}
