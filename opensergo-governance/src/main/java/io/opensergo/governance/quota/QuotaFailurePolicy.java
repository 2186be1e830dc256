package io.opensergo.governance.quota;

/** What an instance does while the store of a global limit cannot be used. */
public enum QuotaFailurePolicy {
    /**
     * Limits its own requests to its share of each window, which is the threshold divided by the
     * number of instances, rounded up. What it admitted in the window before counts. It keeps to
     * its share for 2.6 seconds after the store has returned, until the others have too. The
     * default.
     */
    FAIL_LOCAL,
    /** Lets every request pass, unless the threshold is 0. */
    FAIL_OPEN
}
