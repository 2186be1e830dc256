package io.opensergo.governance.action;

/** A response that answers a request without a call. Immutable. */
public final class DirectResponse {

    private final int status;
    private final byte[] body;

    /**
     * Makes a response.
     *
     * @param status the HTTP status
     * @param body the body, which is copied; empty for none
     */
    public DirectResponse(int status, byte[] body) {
        this.status = status;
        this.body = body.clone();
    }

    /** Returns the HTTP status. */
    public int status() {
        return status;
    }

    /** Returns the body, a copy each time; empty if there is none. */
    public byte[] body() {
        return body.clone();
    }

    /** Returns for example {@code 503 with 9 bytes}. */
    @Override
    public String toString() {
        return status + " with " + body.length + " bytes";
    }
}
