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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * A call of a client that waits for its turn, or is held up by a fault, and keeps what its caller
 * does meanwhile. Once it has started, everything passes through.
 *
 * <p>It is not started if the caller cancels, or the context of the caller, while it waits; its
 * listener hears of the end as gRPC tells of one, on the executor of the call if that has one.
 */
final class WaitingClientCall<Q, S> extends ClientCall<Q, S>
        implements Context.CancellationListener {

    private final Waiting waiting;
    private final Listener<S> listener;
    private final Executor executor;
    private final Context context;

    /** Makes the call, tells of it, and starts it. */
    private final Consumer<Consumer<ClientCall<Q, S>>> start;

    private final Object lock = new Object();

    /** What the caller did before the call started; guarded by the lock. */
    private List<Runnable> early = new ArrayList<>();

    /** Whether the call starts now, or has ended before; guarded by the lock. */
    private boolean hasWaited;

    /** Whether the call has ended before it started; guarded by the lock. */
    private boolean hasEnded;

    /** Set before {@link #passes}. */
    private volatile ClientCall<Q, S> call = AbsentCall.waits();

    /** Set, under the lock, once everything early has been passed on. */
    private volatile boolean passes;

    private volatile @Nullable Disposable timer;

    WaitingClientCall(
            Waiting waiting,
            Listener<S> listener,
            @Nullable Executor executor,
            Context context,
            Consumer<Consumer<ClientCall<Q, S>>> start) {
        this.waiting = waiting;
        this.listener = listener;
        this.executor = executor == null ? Runnable::run : executor;
        this.context = context;
        this.start = start;
    }

    void await() {
        context.addListener(this, Runnable::run);
        try {
            CallAdmission admission = waiting.admission();
            timer =
                    admission != null && waiting.forTurn()
                            ? Turns.await(admission, () -> onTurn(admission))
                            : Turns.after(waiting.delayNanos(), this::onDelayed);
        } catch (RuntimeException e) {
            context.removeListener(this);
            waiting.leave();
            throw e;
        }
    }

    private void onTurn(CallAdmission admission) {
        if (!admission.proceed()) {
            Rejection rejection = admission.rejection();
            if (rejection != null && takeEnd()) {
                end(Refusal.ofCall(rejection));
            }
            return;
        }
        long delay = waiting.delayNanos();
        if (delay == 0) {
            onDelayed();
            return;
        }
        timer = Turns.after(delay, this::onDelayed);
    }

    private void onDelayed() {
        if (!takeEnd()) {
            return;
        }
        Status status = waiting.endAfterDelay();
        if (status != null) {
            end(new Refusal(status, new Metadata()));
            return;
        }
        context.removeListener(this);
        try {
            start.accept(made -> call = made);
        } catch (RuntimeException | Error e) {
            end(new Refusal(Status.fromThrowable(e), new Metadata()));
            return;
        }
        passOn();
    }

    /** Returns whether the call has still been waiting; it no longer does. */
    private boolean takeEnd() {
        synchronized (lock) {
            boolean first = !hasWaited;
            hasWaited = true;
            return first;
        }
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
        context.removeListener(this);
        executor.execute(() -> listener.onClose(end.status(), end.trailers()));
    }

    @Override
    public void cancelled(Context cancelled) {
        cancel("the context of the call was cancelled", cancelled.cancellationCause());
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        if (!takeEnd()) {
            act(() -> call.cancel(message, cause));
            return;
        }
        Disposable waits = timer;
        if (waits != null) {
            waits.dispose();
        }
        waiting.leave();
        end(
                new Refusal(
                        Status.CANCELLED.withDescription(message).withCause(cause),
                        new Metadata()));
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
        act(() -> call.halfClose());
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
