package io.opensergo.reliability;

/** A way through a proxy. */
public enum Direction {
    /** From the client to the server. */
    UPSTREAM,
    /** From the server to the client. */
    DOWNSTREAM
}
