package io.opensergo.client;

import java.time.Duration;

/** Whether connections last, and what follows for the next attempt. Confined to the event loop. */
final class Stability {

    /** A connection that lasted this long was good, so the next failure is a new one. */
    static final Duration STABLE = Duration.ofSeconds(5);

    private static final int MAX_FAIL_BACK_DOUBLINGS = 6;

    private final Backoff backoff;

    /** Whether the last stream did not last. */
    private boolean unsteady;

    /** How often in a row a return to a better endpoint did not last. */
    private int failBacksInVain;

    private boolean failedBack;

    Stability(Backoff backoff) {
        this.backoff = backoff;
    }

    /**
     * Takes note of the end of a stream.
     *
     * @param connectedFor zero if it never counted as connected
     */
    void ended(boolean wasConnected, Duration connectedFor, boolean refused) {
        boolean stable = wasConnected && connectedFor.compareTo(STABLE) >= 0;
        if (stable) {
            backoff.reset();
            failBacksInVain = 0;
        } else if (failedBack) {
            failBacksInVain = Math.min(MAX_FAIL_BACK_DOUBLINGS, failBacksInVain + 1);
        }
        unsteady = !stable && (unsteady || wasConnected || refused);
        failedBack = false;
    }

    /**
     * Takes note of a move from one connection to another.
     *
     * @param toABetterOne whether it was a return to a better endpoint
     */
    void moved(boolean toABetterOne) {
        failedBack = toABetterOne;
    }

    /** Returns whether the last stream did not last, so that this one has to prove itself. */
    boolean isUnsteady() {
        return unsteady;
    }

    /** Returns by how much the interval to the next return to a better endpoint is longer. */
    long failBackFactor() {
        return 1L << failBacksInVain;
    }
}
