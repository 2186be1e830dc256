package io.opensergo.spring.internal;

import io.opensergo.governance.Outcome;
import org.jspecify.annotations.Nullable;
import org.springframework.web.ErrorResponse;
import org.springframework.web.util.DisconnectedClientHelper;

/** How requests over HTTP end: statuses from 500 and exceptions are failures. */
public final class Outcomes {

    private static final int SERVER_ERROR = 500;
    private static final int END = 600;
    private static final Outcome[] FAILURES = new Outcome[END - SERVER_ERROR];

    static {
        for (int status = SERVER_ERROR; status < END; status++) {
            FAILURES[status - SERVER_ERROR] = Outcome.failure(Integer.toString(status));
        }
    }

    private Outcomes() {}

    /** Returns the outcome of an answer with a status. */
    public static Outcome ofStatus(int status) {
        if (status < SERVER_ERROR) {
            return Outcome.SUCCESS;
        }
        return status < END
                ? FAILURES[status - SERVER_ERROR]
                : Outcome.failure(Integer.toString(status));
    }

    /** Judges by the exception first: until it is handled, the status is 200. */
    public static Outcome ofServed(@Nullable Throwable error, int status) {
        return error == null ? ofStatus(status) : ofError(error);
    }

    /**
     * Returns the outcome of a served request that failed: the refusal of an inner guard, or a
     * caller that is gone, tells nothing of the resource; an exception that says a status below 500
     * is an answer.
     */
    public static Outcome ofError(Throwable error) {
        if (Outcome.of(error) == Outcome.CANCELLED
                || DisconnectedClientHelper.isClientDisconnectedException(error)) {
            return Outcome.CANCELLED;
        }
        if (error instanceof ErrorResponse response) {
            int status = response.getStatusCode().value();
            return status < SERVER_ERROR
                    ? Outcome.SUCCESS
                    : Outcome.failure(error, Integer.toString(status));
        }
        return Outcome.failure(error, "500");
    }
}
