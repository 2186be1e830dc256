package io.opensergo.api;

import org.jspecify.annotations.Nullable;

/** The root of what this SDK signals; each subclass names a condition that the user can mend. */
public abstract class OpenSergoException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    protected OpenSergoException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Makes an exception for a condition so frequent that it must not cost a stack trace. */
    protected OpenSergoException(String message) {
        super(message, null, false, false);
    }
}
