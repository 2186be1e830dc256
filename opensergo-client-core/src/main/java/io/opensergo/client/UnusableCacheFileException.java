package io.opensergo.client;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Signals a file that is there but holds no rules that can be used; says what is wrong. */
final class UnusableCacheFileException extends IOException {

    private static final long serialVersionUID = 1L;

    UnusableCacheFileException(String problem, @Nullable Throwable cause) {
        super(problem, cause);
    }

    UnusableCacheFileException(String problem) {
        this(problem, null);
    }
}
