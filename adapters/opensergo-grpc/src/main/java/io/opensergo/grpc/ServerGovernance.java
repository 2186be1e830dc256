package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.opensergo.governance.Governor;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.TrafficDirection;

/** Gives each call of a server its colour, and lets the guards of its method decide on it. */
final class ServerGovernance implements ServerInterceptor {

    @SuppressWarnings("deprecation") // there is no other way to make a key
    private static final Attributes.Key<ServerGovernance> GOVERNED_BY =
            Attributes.Key.create("io.opensergo.grpc.governed-by");

    private final GovernedMethod.Cache methods;
    private final Colours colours;
    private final Statuses statuses;

    ServerGovernance(Governor governor, Colours colours, Statuses statuses) {
        this.methods = new GovernedMethod.Cache(governor, TrafficDirection.INBOUND);
        this.colours = colours;
        this.statuses = statuses;
    }

    @Override
    public <Q, S> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
        if (call.getAttributes().get(GOVERNED_BY) == this) { // installed twice
            return next.startCall(call, headers);
        }
        GovernedMethod method = methods.get(call.getMethodDescriptor());
        Context context = colours.receive(new CallView(method, call.getAuthority(), headers));
        CallAdmission admission = CallAdmission.ask(method);
        if (admission == null) {
            return begin(context, call, headers, next);
        }
        Rejection rejection = admission.rejection();
        if (rejection != null) {
            refuse(call, rejection);
            return new ServerCall.Listener<>() {};
        }
        return admission.isWaiting()
                ? new WaitingServerCall<>(this, context, call, headers, next, admission).await()
                : admitted(context, call, headers, next, admission);
    }

    <Q, S> ServerCall.Listener<Q> admitted(
            Context context,
            ServerCall<Q, S> call,
            Metadata headers,
            ServerCallHandler<Q, S> next,
            CallAdmission admission) {
        var governed = new GovernedServerCall<>(call, admission, statuses, mark(call));
        try {
            return new GovernedServerListener<>(
                    begin(context, governed, headers, next), admission, context);
        } catch (Throwable e) {
            admission.release(Statuses.thrown(e));
            throw e;
        }
    }

    private Attributes mark(ServerCall<?, ?> call) {
        return call.getAttributes().toBuilder().set(GOVERNED_BY, this).build();
    }

    /** A context that is this thread's is the one in which gRPC calls listeners anyway. */
    @SuppressWarnings("ReferenceEquality") // the very same context
    private static <Q, S> ServerCall.Listener<Q> begin(
            Context context,
            ServerCall<Q, S> call,
            Metadata headers,
            ServerCallHandler<Q, S> next) {
        return context == Context.current()
                ? next.startCall(call, headers)
                : Contexts.interceptCall(context, call, headers, next);
    }

    void refuse(ServerCall<?, ?> call, Rejection rejection) {
        Refusal refusal = Refusal.toCaller(rejection);
        call.close(refusal.status(), refusal.trailers());
    }
}
