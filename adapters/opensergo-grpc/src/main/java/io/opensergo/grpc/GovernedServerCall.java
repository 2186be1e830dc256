package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** An admitted call of a server, whose status ends it. */
final class GovernedServerCall<Q, S> extends SimpleForwardingServerCall<Q, S> {

    private final CallAdmission admission;
    private final Statuses statuses;

    /** Those of the call, and that it is governed. */
    private final Attributes attributes;

    GovernedServerCall(
            ServerCall<Q, S> call,
            CallAdmission admission,
            Statuses statuses,
            Attributes attributes) {
        super(call);
        this.admission = admission;
        this.statuses = statuses;
        this.attributes = attributes;
    }

    @Override
    public Attributes getAttributes() {
        return attributes;
    }

    /** Gives the place back first: whoever sees the status may come again at once. */
    @Override
    public void close(Status status, Metadata trailers) {
        admission.release(statuses.outcome(status));
        super.close(status, trailers);
    }
}
