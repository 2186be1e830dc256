package io.opensergo.governance;

import io.opensergo.api.OpenSergoException;

/**
 * Signals that a guard refused a request; the request was not made. It has no stack trace, since a
 * refusal must stay cheap.
 */
public final class RequestRejectedException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    private final transient Rejection rejection;

    /** Reports a refusal. */
    public RequestRejectedException(Rejection rejection) {
        super(rejection.toString());
        this.rejection = rejection;
    }

    /** Returns why the request was refused. */
    public Rejection rejection() {
        return rejection;
    }
}
