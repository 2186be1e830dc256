package io.opensergo.governance.internal.limiter;

/** By what a {@link LeasedLimiter} admits requests that find no permits in stock. */
enum LeaseMode {

    /** On credit: the store answers. */
    LEASED,

    /** On credit within its share of the window: other instances may still be without the store. */
    WITHIN_SHARE,

    /** As the failure policy says: the store does not answer, or the limiter is closed. */
    ALONE
}
