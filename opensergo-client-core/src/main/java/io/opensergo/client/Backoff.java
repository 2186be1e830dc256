package io.opensergo.client;

import java.time.Duration;
import java.util.function.LongUnaryOperator;

/**
 * Exponential backoff with full jitter: clients that lost one server come back spread out.
 *
 * <p>Confined to the event loop.
 */
final class Backoff {

    /**
     * Full jitter may draw zero; a floor keeps a server that fails at once from being asked in a
     * busy loop.
     */
    private static final long FLOOR_MILLIS = 20;

    private final long minMillis;
    private final long maxMillis;
    private final int endpoints;
    private final LongUnaryOperator random;
    private int failures;

    /**
     * Makes a backoff.
     *
     * @param min the bound of the first delay, and {@code max} that of the last
     * @param endpoints how many failures make a round, after which the bound doubles
     * @param random draws from 0 to below its argument
     */
    Backoff(Duration min, Duration max, int endpoints, LongUnaryOperator random) {
        this.minMillis = min.toMillis();
        this.maxMillis = max.toMillis();
        this.endpoints = endpoints;
        this.random = random;
    }

    /** Returns the delay before the next attempt, after one more failure. */
    Duration next() {
        int rounds = failures / endpoints;
        long doubled =
                rounds >= Long.numberOfLeadingZeros(minMillis) - 1
                        ? maxMillis
                        : minMillis << rounds;
        failures++;
        return draw(Math.min(maxMillis, doubled));
    }

    /** Returns a delay like that after a first failure, and counts none. */
    Duration first() {
        return draw(minMillis);
    }

    private Duration draw(long bound) {
        return Duration.ofMillis(
                Math.max(Math.min(FLOOR_MILLIS, maxMillis), random.applyAsLong(bound + 1)));
    }

    /** Forgets the failures. */
    void reset() {
        failures = 0;
    }
}
