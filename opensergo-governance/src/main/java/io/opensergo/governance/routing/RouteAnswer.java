package io.opensergo.governance.routing;

import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.Redirect;
import org.jspecify.annotations.Nullable;

/** What answers an HTTP request in place of the service that it is for. For one request. */
public final class RouteAnswer {

    private static final byte[] EMPTY = {};

    private final int status;
    private final @Nullable String location;
    private final byte[] body;
    private final long http2Error;

    private RouteAnswer(int status, @Nullable String location, byte[] body, long http2Error) {
        this.status = status;
        this.location = location;
        this.body = body;
        this.http2Error = http2Error;
    }

    static RouteAnswer of(FaultAbort abort) {
        return new RouteAnswer(abort.httpStatus(), null, EMPTY, abort.http2Error());
    }

    static RouteAnswer of(Redirect redirect, String location) {
        return new RouteAnswer(redirect.status(), location, EMPTY, FaultAbort.NO_RESET);
    }

    static RouteAnswer of(DirectResponse response) {
        return new RouteAnswer(response.status(), null, response.body(), FaultAbort.NO_RESET);
    }

    /**
     * Returns whether an HTTP/2 stream is reset; a protocol without streams answers all the same.
     */
    public boolean isReset() {
        return http2Error != FaultAbort.NO_RESET;
    }

    /** Returns the code by which an HTTP/2 stream is reset, or {@link FaultAbort#NO_RESET}. */
    public long http2Error() {
        return http2Error;
    }

    /** Returns the HTTP status. */
    public int status() {
        return status;
    }

    /** Returns the value of {@code Location}, or {@code null} if this is no redirect. */
    public @Nullable String location() {
        return location;
    }

    /** Returns the body, which is the caller's; empty if there is none. */
    public byte[] body() {
        return body;
    }

    /** Returns whether HTTP lets a response of this status have a body, be it an empty one. */
    public boolean mayHaveBody() {
        return status != 204 && status != 205 && status != 304;
    }
}
