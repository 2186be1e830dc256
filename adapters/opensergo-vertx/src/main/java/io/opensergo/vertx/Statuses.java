package io.opensergo.vertx;

import io.opensergo.governance.Outcome;
import java.util.function.IntPredicate;

/** Statuses of HTTP as outcomes, which are made once, since a failing service fails often. */
final class Statuses {

    private static final int END = 600;
    private static final Outcome[] FAILURES = new Outcome[END];

    static {
        for (int status = 0; status < END; status++) {
            FAILURES[status] = Outcome.failure(Integer.toString(status));
        }
    }

    private final IntPredicate isFailure;

    Statuses(IntPredicate isFailure) {
        this.isFailure = isFailure;
    }

    boolean isFailure(int status) {
        return isFailure.test(status);
    }

    Outcome outcome(int status) {
        if (!isFailure.test(status)) {
            return Outcome.SUCCESS;
        }
        return status >= 0 && status < END
                ? FAILURES[status]
                : Outcome.failure(Integer.toString(status));
    }
}
