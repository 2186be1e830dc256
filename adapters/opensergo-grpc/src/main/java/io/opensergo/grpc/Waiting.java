package io.opensergo.grpc;

import io.grpc.Deadline;
import io.opensergo.governance.Rejection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether it is any use to wait. */
final class Waiting {

    private Waiting() {}

    /**
     * Takes a waiting call back whose turn comes after its deadline.
     *
     * @return why it is refused, or {@code null} if it may wait
     */
    static @Nullable Rejection beyond(@Nullable Deadline deadline, Admission admission) {
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
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.minimum(other);
    }
}
