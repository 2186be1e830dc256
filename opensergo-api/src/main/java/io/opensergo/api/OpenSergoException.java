package io.opensergo.api;

import org.jspecify.annotations.Nullable;

/** The root of what this SDK signals; each subclass names a condition that the user can mend. */
public abstract class OpenSergoException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    protected OpenSergoException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
