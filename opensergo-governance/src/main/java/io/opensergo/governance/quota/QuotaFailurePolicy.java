package io.opensergo.governance.quota;

/** What an instance does while the store of a global limit cannot be used. */
public enum QuotaFailurePolicy {
    /**
     * Limits its own requests to its share, which is the threshold divided by the number of
     * instances, rounded up and at least 1. The default.
     */
    FAIL_LOCAL,
    /** Lets every request pass, unless the threshold is 0. */
    FAIL_OPEN
}
