package io.opensergo.api;

import org.jspecify.annotations.Nullable;

/** The cause of a {@link ConnectionState}: why a control plane cannot be used at the moment. */
public final class ConnectionFailedException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    private final String endpoint;

    /**
     * Reports a failed connection.
     *
     * @param endpoint the endpoint, as configured
     * @param problem what happened, and what to look at
     * @param cause what led to it, if anything
     */
    public ConnectionFailedException(String endpoint, String problem, @Nullable Throwable cause) {
        super("control plane at '" + endpoint + "': " + problem, cause);
        this.endpoint = endpoint;
    }

    /** Returns the endpoint, as configured. */
    public String endpoint() {
        return endpoint;
    }
}
