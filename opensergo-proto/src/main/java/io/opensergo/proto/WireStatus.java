package io.opensergo.proto;

/** The status codes and acknowledgement words of the protocol. */
public final class WireStatus {

    /** All is well. */
    public static final int SUCCESS = 1;

    /** All is well, as the public control plane says it on every push but the first. */
    public static final int SUCCESS_LATER = 200;

    /** The control plane could not register a watcher, such as for a kind it does not know. */
    public static final int REGISTRATION_FAILED = 500;

    /** Something went wrong that has no code of its own. */
    public static final int UNKNOWN = 4000;

    /** The payload of a push could not be read. */
    public static final int FORMAT = 4001;

    /** A request lacks its namespace, app or kinds. */
    public static final int BAD_REQUEST = 4002;

    /** The subscriber's handler failed on a push. */
    public static final int HANDLER_FAILED = 4007;

    /** A push has a lower version than the one before it. */
    public static final int OUTDATED = 4010;

    /** The word that accepts a push, in {@code response_ack}. */
    public static final String ACK = "ACK";

    /** The word that refuses a push, in {@code response_ack}, or a request, in {@code ack}. */
    public static final String NACK = "NACK";

    private WireStatus() {}
}
