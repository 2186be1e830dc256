package io.opensergo.grpc;

import io.grpc.Deadline;
import io.grpc.Status;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.action.DrawnFaults;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a client waits for: its turn, then the delay of a fault.
 *
 * @param admission of its guards, or {@code null} if it has none
 * @param faults of its route
 * @param deadline of its caller
 * @param end hears of an end by a fault
 */
record Waiting(
        @Nullable CallAdmission admission,
        DrawnFaults faults,
        @Nullable Deadline deadline,
        CallEnd end) {

    boolean forTurn() {
        return admission != null && admission.isWaiting();
    }

    /** Returns how long the call is held up; one whose deadline comes first, until then. */
    long delayNanos() {
        return deadline == null
                ? faults.delayNanos()
                : Math.min(
                        faults.delayNanos(),
                        Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
    }

    /** Ends the call if it is not to be made after the delay; returns with what, if so. */
    @Nullable Status endAfterDelay() {
        Status status = statusAfterDelay();
        if (status != null && admission != null) {
            end.follow(admission);
            end.end(status);
        }
        return status;
    }

    private @Nullable Status statusAfterDelay() {
        if (faults.delayNanos() > 0 && deadline != null && deadline.isExpired()) {
            return Status.DEADLINE_EXCEEDED.withDescription("held up by a fault of a rule");
        }
        return faults.abort() == null ? null : Statuses.of(faults.abort());
    }

    /** Gives everything back, since the caller has gone. */
    void leave() {
        if (admission != null) {
            admission.release(Outcome.CANCELLED);
        }
    }

    /**
     * Takes a waiting call back whose turn comes after its deadline.
     *
     * @return why it is refused, or {@code null} if it may wait
     */
    static @Nullable Rejection beyond(@Nullable Deadline deadline, CallAdmission admission) {
        if (deadline == null) {
            return null;
        }
        long wait = admission.waitNanos();
        if (wait <= deadline.timeRemaining(TimeUnit.NANOSECONDS)) {
            return null;
        }
        Rejection rejection = admission.waitsTooLong(Duration.ofNanos(Math.max(1, wait)));
        admission.withdraw();
        return rejection;
    }

    /** Returns the earlier of two deadlines, of which either may be missing. */
    static @Nullable Deadline earlier(@Nullable Deadline one, @Nullable Deadline other) {
        return one == null ? other : earlierOf(one, other);
    }

    /** Returns the earlier of two deadlines, of which the second may be missing. */
    static Deadline earlierOf(Deadline one, @Nullable Deadline other) {
        return other == null ? one : one.minimum(other);
    }
}
