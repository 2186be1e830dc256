package io.opensergo.grpc;

import io.grpc.Status;
import io.opensergo.governance.action.FaultAbort;
import io.opensergo.governance.action.FaultPolicy;
import org.jspecify.annotations.Nullable;

/**
 * The faults that a call gets, drawn once.
 *
 * @param delayNanos how long it is held up, 0 for not at all
 * @param abort what it ends with after that, or {@code null} if it is made
 */
record DrawnFaults(long delayNanos, @Nullable Status abort) {

    private static final DrawnFaults NONE = new DrawnFaults(0, null);

    static DrawnFaults draw(@Nullable FaultPolicy policy) {
        if (policy == null) {
            return NONE;
        }
        long delay = policy.nextDelayNanos();
        FaultAbort abort = policy.nextAbort();
        return delay == 0 && abort == null
                ? NONE
                : new DrawnFaults(delay, abort == null ? null : status(abort));
    }

    private static Status status(FaultAbort abort) {
        return Status.fromCodeValue(abort.grpcStatus())
                .withDescription("a fault that a rule injects");
    }
}
