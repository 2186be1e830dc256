package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opensergo.governance.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * A call of a client that waits for its turn, and keeps what its caller does meanwhile. Once it has
 * started, everything passes through.
 *
 * <p>It is not started if the caller cancels, or the context of the caller, while it waits; its
 * listener hears of the end as gRPC tells of one, on the executor of the call if that has one.
 */
final class WaitingClientCall<Q, S> extends ClientCall<Q, S>
        implements Context.CancellationListener {

    private final ClientCall<Q, S> call;
    private final Listener<S> listener;
    private final Executor executor;
    private final Admission admission;
    private final Runnable start;
    private final Context context = Context.current();
    private final Object lock = new Object();

    /** What the caller did before the call started; guarded by the lock. */
    private List<Runnable> early = new ArrayList<>();

    /** Whether the turn has come, or the call has ended before; guarded by the lock. */
    private boolean hasWaited;

    /** Whether the call has ended before it started; guarded by the lock. */
    private boolean hasEnded;

    /** Set, under the lock, once everything early has been passed on. */
    private volatile boolean passes;

    private volatile @Nullable Disposable turn;

    WaitingClientCall(
            ClientCall<Q, S> call,
            Listener<S> listener,
            @Nullable Executor executor,
            Admission admission,
            Runnable start) {
        this.call = call;
        this.listener = listener;
        this.executor = executor == null ? Runnable::run : executor;
        this.admission = admission;
        this.start = start;
    }

    void await() {
        try {
            turn = Turns.await(admission, this::begin);
        } catch (RuntimeException e) {
            admission.withdraw();
            throw e;
        }
        context.addListener(this, Runnable::run);
    }

    private void begin() {
        synchronized (lock) {
            if (hasWaited) {
                return;
            }
            hasWaited = true;
        }
        context.removeListener(this);
        if (!admission.proceed()) {
            Rejection rejection = admission.rejection();
            end(rejection == null ? cancelled(null, null) : Refusal.ofCall(rejection));
            return;
        }
        try {
            context.run(start);
        } catch (RuntimeException | Error e) {
            end(new Refusal(Status.fromThrowable(e), new Metadata()));
            return;
        }
        passOn();
    }

    private void passOn() {
        while (true) {
            List<Runnable> actions;
            synchronized (lock) {
                if (early.isEmpty()) {
                    passes = true;
                    return;
                }
                actions = early;
                early = new ArrayList<>();
            }
            actions.forEach(Runnable::run);
        }
    }

    private void end(Refusal end) {
        synchronized (lock) {
            hasEnded = true;
            early = new ArrayList<>();
        }
        call.cancel("ended while it waited for its turn", end.status().getCause());
        executor.execute(() -> listener.onClose(end.status(), end.trailers()));
    }

    private static Refusal cancelled(@Nullable String message, @Nullable Throwable cause) {
        return new Refusal(
                Status.CANCELLED.withDescription(message).withCause(cause), new Metadata());
    }

    @Override
    public void cancelled(Context cancelled) {
        cancel("the context of the call was cancelled", cancelled.cancellationCause());
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        boolean waits;
        synchronized (lock) {
            waits = !hasWaited;
            hasWaited = true;
        }
        if (!waits) {
            act(() -> call.cancel(message, cause));
            return;
        }
        Disposable timer = turn;
        if (timer != null) {
            timer.dispose();
        }
        context.removeListener(this);
        admission.withdraw();
        end(cancelled(message, cause));
    }

    private void act(Runnable action) {
        if (!passes) {
            synchronized (lock) {
                if (hasEnded) {
                    return;
                }
                if (!passes) {
                    early.add(action);
                    return;
                }
            }
        }
        action.run();
    }

    @Override
    public void start(Listener<S> other, Metadata headers) {
        throw new IllegalStateException("already started");
    }

    @Override
    public void request(int messages) {
        act(() -> call.request(messages));
    }

    @Override
    public void halfClose() {
        act(call::halfClose);
    }

    @Override
    public void sendMessage(Q message) {
        act(() -> call.sendMessage(message));
    }

    @Override
    public boolean isReady() {
        return passes && call.isReady();
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        act(() -> call.setMessageCompression(enabled));
    }

    @Override
    public Attributes getAttributes() {
        return passes ? call.getAttributes() : Attributes.EMPTY;
    }
}
