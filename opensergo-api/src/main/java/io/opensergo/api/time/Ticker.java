package io.opensergo.api.time;

/**
 * A source of elapsed time in nanoseconds, from an arbitrary origin.
 *
 * <p>Values are compared by their difference, so they may be negative and may overflow. A value
 * that is smaller than an earlier one is tolerated: no decision is made by it that a standing clock
 * would not have led to.
 */
@FunctionalInterface
public interface Ticker {

    /**
     * Returns the time now. Called on the hot path, by any thread: it must neither block nor
     * allocate.
     */
    long nanos();

    /** Returns the ticker of the system, {@link System#nanoTime()}. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
