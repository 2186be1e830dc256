package io.opensergo.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.opensergo.governance.Outcome;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hears of the ends of an admitted call that no status tells of: a handler that throws never closes
 * its call, and one whose caller has left or whose deadline has passed closes it too late, perhaps
 * with OK.
 */
final class GovernedServerListener<Q> extends ForwardingServerCallListener<Q> {

    private static final Outcome LATE = Outcome.failure(Status.Code.DEADLINE_EXCEEDED.name());

    /**
     * The deadline of a call begins at the caller, and here when the call has come; so a caller
     * that leaves at its own is a little early by the one here.
     */
    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ServerCall.Listener<Q> listener;
    private final CallAdmission admission;
    private final @Nullable Deadline deadline;

    GovernedServerListener(
            ServerCall.Listener<Q> listener, CallAdmission admission, Context context) {
        this.listener = listener;
        this.admission = admission;
        this.deadline = context.getDeadline();
    }

    @Override
    protected ServerCall.Listener<Q> delegate() {
        return listener;
    }

    @Override
    public void onMessage(Q message) {
        try {
            super.onMessage(message);
        } catch (Throwable e) {
            admission.release(Statuses.thrown(e));
            throw e;
        }
    }

    @Override
    public void onHalfClose() {
        try {
            super.onHalfClose();
        } catch (Throwable e) {
            admission.release(Statuses.thrown(e));
            throw e;
        }
    }

    @Override
    public void onReady() {
        try {
            super.onReady();
        } catch (Throwable e) {
            admission.release(Statuses.thrown(e));
            throw e;
        }
    }

    /**
     * Who is too slow for the caller has failed; a caller who leaves says nothing of the server.
     */
    @Override
    public void onCancel() {
        admission.release(isLate() ? LATE : Outcome.CANCELLED);
        super.onCancel();
    }

    private boolean isLate() {
        return deadline != null && deadline.timeRemaining(TimeUnit.NANOSECONDS) <= EARLY_NANOS;
    }

    @Override
    public void onComplete() {
        admission.release(Outcome.CANCELLED); // closed by somebody who went around the call
        super.onComplete();
    }
}
