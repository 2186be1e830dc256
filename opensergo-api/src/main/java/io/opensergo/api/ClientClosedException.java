package io.opensergo.api;

/** Signals the use of a client after it was closed. */
public final class ClientClosedException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    /** Reports the use of a closed client. */
    public ClientClosedException() {
        super("the client is closed; make a new one", null);
    }
}
