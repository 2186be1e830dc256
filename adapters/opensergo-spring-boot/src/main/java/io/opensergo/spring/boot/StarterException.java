package io.opensergo.spring.boot;

import org.jspecify.annotations.Nullable;

/** Signals that the starters on the class path cannot be used. */
final class StarterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    StarterException(String problem, String action, @Nullable Throwable cause) {
        super(problem, cause);
        this.action = action;
    }

    /** Returns what to do. */
    String action() {
        return action;
    }
}
