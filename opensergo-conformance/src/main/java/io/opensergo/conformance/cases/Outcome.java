package io.opensergo.conformance.cases;

import org.jspecify.annotations.Nullable;

/**
 * How a request ends.
 *
 * @param type what became of it
 * @param error the name of the error's type, as {@code errorConditions} write it; {@code null} if
 *     it has none
 */
public record Outcome(Type type, @Nullable String error) {

    /** What becomes of a request. */
    public enum Type {
        /** It succeeds. */
        SUCCESS,
        /** It fails. */
        ERROR,
        /** Its caller gives it up. */
        CANCELLED
    }

    /** Success. */
    public static final Outcome SUCCESS = new Outcome(Type.SUCCESS, null);
}
