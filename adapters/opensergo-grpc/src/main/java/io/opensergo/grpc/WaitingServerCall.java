package io.opensergo.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.opensergo.governance.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * A call of a server that waits for its turn. Nobody has asked for its messages by then, so that
 * gRPC's flow control keeps them; what else is signalled is passed on once the call has begun.
 *
 * <p>gRPC signals a listener serially. So does this: the thread that begins the call passes on what
 * came before, and until it has, other signals queue.
 */
final class WaitingServerCall<Q, S> extends ServerCall.Listener<Q> {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoGrpc.class);

    private final ServerGovernance governance;
    private final Context context;
    private final ServerCall<Q, S> call;
    private final Metadata headers;
    private final ServerCallHandler<Q, S> next;
    private final CallAdmission admission;

    private final Object lock = new Object();

    /** What was signalled before the call began; guarded by the lock. */
    private List<Consumer<ServerCall.Listener<Q>>> early = new ArrayList<>(2);

    /** Set, under the lock, once everything early has been passed on. */
    private volatile ServerCall.@Nullable Listener<Q> listener;

    private volatile @Nullable Disposable turn;

    WaitingServerCall(
            ServerGovernance governance,
            Context context,
            ServerCall<Q, S> call,
            Metadata headers,
            ServerCallHandler<Q, S> next,
            CallAdmission admission) {
        this.governance = governance;
        this.context = context;
        this.call = call;
        this.headers = headers;
        this.next = next;
        this.admission = admission;
    }

    /** Waits, unless the turn comes after the deadline: then the call is refused at once. */
    ServerCall.Listener<Q> await() {
        Rejection beyond = Waiting.beyond(context.getDeadline(), admission);
        if (beyond != null) {
            governance.refuse(call, beyond);
            return this;
        }
        try {
            turn = Turns.await(admission, this::begin);
        } catch (RuntimeException e) {
            admission.withdraw();
            throw e;
        }
        return this;
    }

    private void begin() {
        try {
            if (admission.proceed()) {
                passOn(governance.admitted(context, call, headers, next, admission));
            } else {
                Rejection rejection = admission.rejection();
                if (rejection != null) {
                    governance.refuse(call, rejection);
                }
            }
        } catch (Throwable e) {
            closeAfter(e);
        }
    }

    /** As gRPC does with what is thrown on a thread of its own. */
    private void closeAfter(Throwable error) {
        admission.release(Statuses.thrown(error));
        LOG.warn(
                "A call of {} failed, which had waited for its turn",
                call.getMethodDescriptor().getFullMethodName(),
                error);
        try {
            call.close(
                    Status.UNKNOWN
                            .withDescription("Application error processing RPC")
                            .withCause(error),
                    new Metadata());
        } catch (IllegalStateException closedByHandler) {
            LOG.debug("It was closed before", closedByHandler);
        }
    }

    private void passOn(ServerCall.Listener<Q> begun) {
        while (true) {
            List<Consumer<ServerCall.Listener<Q>>> signals;
            synchronized (lock) {
                if (early.isEmpty()) {
                    listener = begun;
                    return;
                }
                signals = early;
                early = new ArrayList<>(2);
            }
            signals.forEach(signal -> signal.accept(begun));
        }
    }

    private void signal(Consumer<ServerCall.Listener<Q>> signal) {
        ServerCall.Listener<Q> begun = listener;
        if (begun == null) {
            synchronized (lock) {
                begun = listener;
                if (begun == null) {
                    early.add(signal);
                    return;
                }
            }
        }
        signal.accept(begun);
    }

    @Override
    public void onMessage(Q message) {
        signal(begun -> begun.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        signal(ServerCall.Listener::onHalfClose);
    }

    @Override
    public void onCancel() {
        if (listener == null) {
            leave();
        }
        signal(ServerCall.Listener::onCancel);
    }

    /** The caller has gone, or the deadline has passed: a call that has not begun will not. */
    private void leave() {
        Disposable timer = turn;
        if (timer != null && admission.isWaiting()) {
            timer.dispose();
            admission.withdraw();
        }
    }

    @Override
    public void onComplete() {
        signal(ServerCall.Listener::onComplete);
    }

    @Override
    public void onReady() {
        signal(ServerCall.Listener::onReady);
    }
}
