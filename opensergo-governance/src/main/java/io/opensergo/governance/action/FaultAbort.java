package io.opensergo.governance.action;

/**
 * How a request fails that a fault is injected into. A rule gives one of three statuses; each
 * protocol finds its own here. Immutable.
 *
 * @param httpStatus the HTTP status, 200 to 599
 * @param grpcStatus the code of the gRPC status, 0 to 16
 * @param http2Error the code by which an HTTP/2 stream is reset, or {@link #NO_RESET}
 */
public record FaultAbort(int httpStatus, int grpcStatus, long http2Error) {

    /** The request is answered, and its stream not reset. */
    public static final long NO_RESET = -1;

    /** Returns a failure by an HTTP status, and by the gRPC status that clients make of it. */
    public static FaultAbort http(int status) {
        return new FaultAbort(status, StatusNames.grpcOfHttp(status), NO_RESET);
    }

    /**
     * Returns a failure by a gRPC status.
     *
     * @throws IllegalArgumentException if there is no status of that name or code
     */
    public static FaultAbort grpc(String name) {
        int code = StatusNames.grpc(name);
        if (code < 0) {
            throw new IllegalArgumentException("'" + name + "' is no gRPC status");
        }
        return new FaultAbort(StatusNames.httpOfGrpc(code), code, NO_RESET);
    }

    /**
     * Returns a failure by an HTTP/2 error; a protocol without streams answers 503.
     *
     * @throws IllegalArgumentException if there is no error of that name or code
     */
    public static FaultAbort http2(String name) {
        int code = StatusNames.http2(name);
        if (code < 0) {
            throw new IllegalArgumentException("'" + name + "' is no HTTP/2 error");
        }
        return new FaultAbort(503, StatusNames.UNAVAILABLE, code);
    }

    /** Returns whether an HTTP/2 stream is reset. */
    public boolean isReset() {
        return http2Error != NO_RESET;
    }

    /** Returns for example {@code HTTP 503, gRPC UNAVAILABLE}. */
    @Override
    public String toString() {
        String answer = "HTTP " + httpStatus + ", gRPC " + StatusNames.grpcName(grpcStatus);
        return isReset() ? answer + ", HTTP/2 error " + http2Error : answer;
    }
}
