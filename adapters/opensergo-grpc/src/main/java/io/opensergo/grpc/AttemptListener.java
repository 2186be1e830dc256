package io.opensergo.grpc;

import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.action.AttemptResult;
import io.opensergo.governance.action.RetryPolicy;
import java.util.concurrent.atomic.AtomicReference;

/** Hears of an attempt of a call, and passes on what it hears of the last one. */
final class AttemptListener<S> extends ClientCall.Listener<S> {

    private static final Status EXPIRED =
            Status.DEADLINE_EXCEEDED.withDescription(
                    "no response within the perTryTimeout of the route");

    private enum Phase {
        BEGUN,
        ANSWERED,
        EXPIRED
    }

    /** What makes the attempts. */
    interface Attempts<S> {

        /** A response has begun: there is no other attempt. */
        void onAnswer();

        /** Returns whether another attempt follows one that ended without headers. */
        boolean onEnd(AttemptListener<S> attempt, Status status, Metadata trailers);
    }

    private final ClientCall.Listener<S> listener;
    private final Attempts<S> attempts;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.BEGUN);

    /** Whether a server may have begun with the call. */
    private volatile boolean isSent;

    /** Whether the status is the server's own. */
    private volatile boolean hasTrailers;

    AttemptListener(ClientCall.Listener<S> listener, Attempts<S> attempts) {
        this.listener = listener;
        this.attempts = attempts;
    }

    /** Hears of the streams of the attempt, of which gRPC may make several. */
    ClientStreamTracer.Factory tracer() {
        return new ClientStreamTracer.Factory() {
            @Override
            public ClientStreamTracer newClientStreamTracer(
                    ClientStreamTracer.StreamInfo info, Metadata headers) {
                return new ClientStreamTracer() {
                    @Override
                    public void outboundHeaders() {
                        isSent = true;
                    }

                    @Override
                    public void inboundTrailers(Metadata trailers) {
                        hasTrailers = true;
                    }
                };
            }
        };
    }

    /** Ends the time of the attempt; returns whether no response has begun. */
    boolean expire() {
        return phase.compareAndSet(Phase.BEGUN, Phase.EXPIRED);
    }

    boolean isSent() {
        return isSent;
    }

    /** Returns how the attempt ended, as a rule may ask for it. */
    AttemptResult result(Status status, RetryPolicy policy) {
        if (phase.get() == Phase.EXPIRED) {
            return AttemptResult.TIMED_OUT;
        }
        if (status.getCause() instanceof RequestRejectedException) {
            return AttemptResult.NOT_TRIED;
        }
        AttemptResult broken = isSent ? AttemptResult.RESET : AttemptResult.CONNECT_FAILURE;
        boolean isBroken = !hasTrailers && status.getCode() == Status.Code.UNAVAILABLE;
        return isBroken && policy.asksFor(broken)
                ? broken
                : AttemptResult.grpc(status.getCode().value());
    }

    @Override
    public void onHeaders(Metadata headers) {
        if (phase.compareAndSet(Phase.BEGUN, Phase.ANSWERED)) {
            attempts.onAnswer();
            listener.onHeaders(headers);
        }
    }

    @Override
    public void onMessage(S message) {
        if (phase.get() == Phase.ANSWERED) {
            listener.onMessage(message);
        }
    }

    @Override
    public void onReady() {
        listener.onReady();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (phase.get() == Phase.ANSWERED) {
            listener.onClose(status, trailers);
        } else if (!attempts.onEnd(this, status, trailers)) {
            listener.onClose(phase.get() == Phase.EXPIRED ? EXPIRED : status, trailers);
        }
    }
}
