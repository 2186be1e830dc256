package io.opensergo.grpc;

import io.grpc.Status;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.action.FaultAbort;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** Statuses of gRPC as outcomes, which are made once, since a failing service fails often. */
final class Statuses {

    /** Those that the server is to blame for, as OpenTelemetry has them too. */
    static final Set<Status.Code> FAILURES =
            Set.copyOf(
                    EnumSet.of(
                            Status.Code.UNKNOWN,
                            Status.Code.DEADLINE_EXCEEDED,
                            Status.Code.UNIMPLEMENTED,
                            Status.Code.INTERNAL,
                            Status.Code.UNAVAILABLE,
                            Status.Code.DATA_LOSS));

    private final Map<Status.Code, Outcome> outcomes = new EnumMap<>(Status.Code.class);

    /** Asks the predicate, which is the application's, now and not for each call. */
    Statuses(Predicate<Status.Code> isFailure) {
        for (Status.Code code : Status.Code.values()) {
            outcomes.put(code, outcome(code, isFailure));
        }
    }

    private static Outcome outcome(Status.Code code, Predicate<Status.Code> isFailure) {
        if (code == Status.Code.OK) {
            return Outcome.SUCCESS;
        }
        if (isFailure.test(code)) {
            return Outcome.failure(code.name());
        }
        return code == Status.Code.CANCELLED || code == Status.Code.RESOURCE_EXHAUSTED
                ? Outcome.CANCELLED
                : Outcome.SUCCESS;
    }

    /** Returns that of a status; the refusal of another guard tells nothing of the resource. */
    Outcome outcome(Status status) {
        Outcome outcome = Objects.requireNonNull(outcomes.get(status.getCode()));
        Throwable cause = status.getCause();
        return cause == null || !outcome.isFailure() || Outcome.of(cause).isFailure()
                ? outcome
                : Outcome.CANCELLED;
    }

    /** Returns what a call ends with that gets a fault. */
    static Status of(FaultAbort abort) {
        return Status.fromCodeValue(abort.grpcStatus())
                .withDescription("a fault that a rule injects");
    }

    /** Returns that of a handler that throws, which callers see as {@code UNKNOWN}. */
    static Outcome thrown(Throwable error) {
        return Outcome.of(error).isFailure()
                ? Outcome.failure(error, Status.Code.UNKNOWN.name())
                : Outcome.CANCELLED;
    }
}
