package io.opensergo.governance.quota;

import java.time.Duration;

/**
 * How many permits a window of time has.
 *
 * @param threshold permits of one window, 0 or more; 0 grants none
 * @param window the length of the window, positive and at most {@link Integer#MAX_VALUE} seconds
 */
public record QuotaLimit(long threshold, Duration window) {

    private static final Duration LONGEST = Duration.ofSeconds(Integer.MAX_VALUE);

    public QuotaLimit {
        if (threshold < 0) {
            throw new IllegalArgumentException("threshold must be >= 0, was " + threshold);
        }
        if (window.isNegative() || window.isZero() || window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "window must be positive and at most " + LONGEST + ", was " + window);
        }
    }
}
