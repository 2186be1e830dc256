package io.opensergo.grpc;

import io.grpc.Status;
import io.opensergo.governance.Outcome;
import org.jspecify.annotations.Nullable;

/** The end of a call of a client, told by several, of whom the first counts. */
final class CallEnd {

    private final Statuses statuses;

    /** Of an admitted call; set before it is started, which comes before any end. */
    private volatile @Nullable CallAdmission admission;

    CallEnd(Statuses statuses) {
        this.statuses = statuses;
    }

    void follow(CallAdmission admitted) {
        admission = admitted;
    }

    void end(Status status) {
        CallAdmission admitted = admission;
        if (admitted != null) {
            admitted.release(statuses.outcome(status));
        }
    }

    void end(Outcome outcome) {
        CallAdmission admitted = admission;
        if (admitted != null) {
            admitted.release(outcome);
        }
    }
}
