package io.opensergo.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Rejection;
import org.jspecify.annotations.Nullable;

/**
 * A call of a client, which asks its guards when it is started: one that never is, takes nothing.
 */
final class GovernedClientCall<Q, S> extends ForwardingClientCall<Q, S> {

    private final CallOptions options;
    private final CallRoute route;
    private final Colours colours;
    private final CallEnd end;

    /** The call itself, or what stands for one that waits or is refused; start replaces it. */
    private volatile ClientCall<Q, S> call;

    GovernedClientCall(
            ClientCall<Q, S> call,
            CallOptions options,
            CallRoute route,
            Colours colours,
            CallEnd end) {
        this.call = call;
        this.options = options;
        this.route = route;
        this.colours = colours;
        this.end = end;
    }

    @Override
    protected ClientCall<Q, S> delegate() {
        return call;
    }

    @Override
    public void start(Listener<S> listener, Metadata headers) {
        route.colour(colours.send(route.view(headers)));
        Admission admission = Admission.ask(route.method());
        if (admission == null) {
            call.start(listener, headers);
            return;
        }
        Rejection rejection = admission.rejection();
        if (rejection != null) {
            refuse(listener, rejection);
        } else if (admission.isWaiting()) {
            startLater(listener, headers, admission);
        } else {
            startNow(call, listener, headers, admission);
        }
    }

    private void startNow(
            ClientCall<Q, S> admitted,
            Listener<S> listener,
            Metadata headers,
            Admission admission) {
        end.follow(admission);
        try {
            admitted.start(new EndListener(listener), headers);
        } catch (Throwable e) {
            admission.release(Outcome.of(e));
            throw e;
        }
    }

    private void startLater(Listener<S> listener, Metadata headers, Admission admission) {
        Deadline deadline = Waiting.earlier(options.getDeadline(), Context.current().getDeadline());
        Rejection beyond = Waiting.beyond(deadline, admission);
        if (beyond != null) {
            refuse(listener, beyond);
            return;
        }
        ClientCall<Q, S> later = call;
        var waiting =
                new WaitingClientCall<>(
                        later,
                        listener,
                        options.getExecutor(),
                        admission,
                        () -> startNow(later, listener, headers, admission));
        waiting.await();
        call = waiting;
    }

    /** The call is not made, and what its caller does with it from now on has no effect. */
    private void refuse(Listener<S> listener, Rejection rejection) {
        Refusal refusal = Refusal.ofCall(rejection);
        ClientCall<Q, S> unused = call;
        call = new RefusedCall<>();
        unused.cancel("refused by a rule", refusal.status().getCause());
        listener.onClose(refusal.status(), refusal.trailers());
    }

    /** A caller that cancels has ended the call; what comes after that may never be heard. */
    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        end.end(Outcome.CANCELLED);
        super.cancel(message, cause);
    }

    /** Gives the place back first: whoever hears of the end may call again at once. */
    private final class EndListener extends SimpleForwardingClientCallListener<S> {

        EndListener(Listener<S> listener) {
            super(listener);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.end(status);
            super.onClose(status, trailers);
        }
    }

    /** A call that has ended before it began. */
    private static final class RefusedCall<Q, S> extends ClientCall<Q, S> {

        @Override
        public void start(Listener<S> listener, Metadata headers) {
            throw new IllegalStateException("already started");
        }

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public boolean isReady() {
            return false;
        }

        @Override
        public void sendMessage(Q message) {}
    }
}
