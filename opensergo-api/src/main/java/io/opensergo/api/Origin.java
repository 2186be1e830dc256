package io.opensergo.api;

/** Where the rules of a snapshot come from. */
public enum Origin {
    /** A control plane sent them. */
    CONTROL_PLANE,
    /**
     * Nobody did: a control plane is connected but stayed silent for longer than the client's
     * answer timeout, which some do when there are no rules. The snapshot is empty, and its version
     * is 0. A control plane of this library answers each subscription, so its silence is never
     * taken for this.
     */
    ASSUMED_EMPTY,
    /**
     * A control plane sent them once, perhaps to an earlier process, and the client read them from
     * its cache on disk: no control plane has confirmed them since. {@link
     * RuleSnapshot#receivedAt()} is when one last did.
     */
    DISK_CACHE
}
