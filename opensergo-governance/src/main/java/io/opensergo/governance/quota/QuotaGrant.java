package io.opensergo.governance.quota;

import java.time.Duration;

/**
 * What a store grants: permits, and for how long.
 *
 * @param permits 0 up to the number asked for
 * @param validFor the time from the store's decision to the end of the window: permits are to be
 *     used until then, and with fewer than were asked for it makes no sense to ask again before;
 *     positive
 * @param count which count the permits were taken from: another one before the window has ended
 *     means that the store has lost its count, and does not know what it granted. Any number, such
 *     as when the count began; always the same if a store cannot lose it
 */
public record QuotaGrant(long permits, Duration validFor, long count) {

    public QuotaGrant {
        if (permits < 0) {
            throw new IllegalArgumentException("permits must be >= 0, was " + permits);
        }
        if (validFor.isNegative() || validFor.isZero()) {
            throw new IllegalArgumentException("validFor must be positive, was " + validFor);
        }
    }

    /** Grants permits of a count that cannot be lost. */
    public QuotaGrant(long permits, Duration validFor) {
        this(permits, validFor, 0);
    }
}
