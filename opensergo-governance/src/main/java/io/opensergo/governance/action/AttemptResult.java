package io.opensergo.governance.action;

/**
 * How an attempt of a request ended. Immutable.
 *
 * @param kind what happened
 * @param status the HTTP status of a {@link Kind#RESPONSE}, the code of a {@link Kind#GRPC_STATUS};
 *     else 0
 */
public record AttemptResult(Kind kind, int status) {

    /** No connection could be made: the request has not been sent. */
    public static final AttemptResult CONNECT_FAILURE = new AttemptResult(Kind.CONNECT_FAILURE, 0);

    /** The server said that it did not begin with the request. */
    public static final AttemptResult REFUSED_STREAM = new AttemptResult(Kind.REFUSED_STREAM, 0);

    /** The connection broke before anything of the request was sent. */
    public static final AttemptResult RESET_BEFORE_REQUEST =
            new AttemptResult(Kind.RESET_BEFORE_REQUEST, 0);

    /** The connection or the stream broke, and no response had begun. */
    public static final AttemptResult RESET = new AttemptResult(Kind.RESET, 0);

    /** No response had begun when the time of the attempt was over. */
    public static final AttemptResult TIMED_OUT = new AttemptResult(Kind.TIMED_OUT, 0);

    /** A rule of this process refused the attempt, or its caller gave it up. */
    public static final AttemptResult NOT_TRIED = new AttemptResult(Kind.NOT_TRIED, 0);

    /** What can happen to an attempt. */
    public enum Kind {
        RESPONSE,
        GRPC_STATUS,
        CONNECT_FAILURE,
        REFUSED_STREAM,
        RESET_BEFORE_REQUEST,
        RESET,
        TIMED_OUT,
        NOT_TRIED;

        /** Whether no server can have begun with the request. */
        boolean isUnseen() {
            return this == CONNECT_FAILURE
                    || this == REFUSED_STREAM
                    || this == RESET_BEFORE_REQUEST;
        }
    }

    /** Returns a response with an HTTP status. */
    public static AttemptResult http(int status) {
        return new AttemptResult(Kind.RESPONSE, status);
    }

    /** Returns an end with the code of a gRPC status. */
    public static AttemptResult grpc(int code) {
        return new AttemptResult(Kind.GRPC_STATUS, code);
    }
}
