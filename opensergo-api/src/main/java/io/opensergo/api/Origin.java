package io.opensergo.api;

/** Where the rules of a snapshot come from. */
public enum Origin {
    /** A control plane sent them. */
    CONTROL_PLANE,
    /**
     * Nobody did: a control plane is connected but stayed silent for longer than the client's
     * answer timeout, which some do when there are no rules. The snapshot is empty.
     */
    ASSUMED_EMPTY
}
