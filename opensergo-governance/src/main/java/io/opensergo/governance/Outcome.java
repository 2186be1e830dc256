package io.opensergo.governance;

import org.jspecify.annotations.Nullable;

/**
 * How a guarded request ended, as a circuit breaker needs to know it. Immutable.
 *
 * <p>A failure has an exception, the name of a status, or both; {@code errorConditions} of a {@code
 * CircuitBreakerStrategy} choose among failures by either.
 */
public final class Outcome {

    /** The request succeeded. */
    public static final Outcome SUCCESS = new Outcome(null, null);

    /**
     * The request was given up by its caller, or refused further down. It tells a circuit breaker
     * nothing about the resource, unless it had taken longer than {@code maxAllowedRt} by then:
     * that makes it a slow call, whoever ended it.
     */
    public static final Outcome CANCELLED = new Outcome(null, null);

    private final @Nullable Throwable error;
    private final @Nullable String errorType;

    private Outcome(@Nullable Throwable error, @Nullable String errorType) {
        this.error = error;
        this.errorType = errorType;
    }

    /**
     * Returns the outcome of a request that ended with an exception: {@link #CANCELLED} if that
     * comes from the refusal of another guard, or from a caller that cancelled or interrupted its
     * request; else a failure. It looks through the causes.
     */
    public static Outcome of(Throwable error) {
        return Causes.isRefusal(error) || Causes.isCancellation(error) ? CANCELLED : failure(error);
    }

    /** Returns a failure with an exception. */
    public static Outcome failure(Throwable error) {
        return new Outcome(error, null);
    }

    /**
     * Returns a failure with the name of a status, as {@code errorConditions} write it: {@code
     * 503}, {@code UNAVAILABLE}.
     */
    public static Outcome failure(String errorType) {
        return new Outcome(null, errorType);
    }

    /** Returns a failure with an exception and the name of a status. */
    public static Outcome failure(Throwable error, String errorType) {
        return new Outcome(error, errorType);
    }

    /** Returns whether the request failed. */
    public boolean isFailure() {
        return error != null || errorType != null;
    }

    /** Returns the exception of a failure, if it has one. */
    public @Nullable Throwable error() {
        return error;
    }

    /** Returns the name of a failure's status, if it has one. */
    public @Nullable String errorType() {
        return errorType;
    }

    @Override
    public String toString() {
        if (this == SUCCESS) {
            return "success";
        }
        if (this == CANCELLED) {
            return "cancelled";
        }
        return "failure "
                + (errorType == null ? "" : errorType + " ")
                + (error == null ? "" : error);
    }
}
