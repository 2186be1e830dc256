package io.opensergo.rulerepository;

/**
 * Signals that a repository, or a rule in it, cannot be written. The message says why and what to
 * do. Nothing was changed.
 */
public final class ReadOnlyRepositoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Gives the reason and what to do. */
    public ReadOnlyRepositoryException(String reason) {
        super(reason);
    }
}
