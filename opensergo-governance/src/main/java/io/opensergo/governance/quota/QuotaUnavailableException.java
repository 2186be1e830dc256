package io.opensergo.governance.quota;

import io.opensergo.api.OpenSergoException;
import org.jspecify.annotations.Nullable;

/** Signals that the store of a global limit cannot be used at the moment. */
public final class QuotaUnavailableException extends OpenSergoException {

    private static final long serialVersionUID = 1L;

    /**
     * Reports a store.
     *
     * @param problem which store, what happened, and what to look at; without secrets
     * @param cause what led to it, if anything; without secrets
     */
    public QuotaUnavailableException(String problem, @Nullable Throwable cause) {
        super(problem, cause);
    }
}
