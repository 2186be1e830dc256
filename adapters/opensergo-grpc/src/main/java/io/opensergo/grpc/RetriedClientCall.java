package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.opensergo.governance.action.RetryDecision;
import io.opensergo.governance.action.RetryPolicy;
import java.io.InputStream;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * A call of one message that is made again as its route says, as long as no response has begun. The
 * first headers of a response commit it to the attempt that they are of.
 *
 * <p>What the caller does, and what happens to attempts, is done one thing after the other in a
 * synchronization context, outside of any lock; what the listener hears comes from the attempt, on
 * the executor of the call.
 */
final class RetriedClientCall<Q, S> extends ClientCall<Q, S>
        implements AttemptListener.Attempts<S>, Context.CancellationListener {

    private final Channel next;
    private final MethodDescriptor<Q, S> method;
    private final CallOptions options;
    private final RetryPolicy policy;
    private final Context context = Context.current();
    private final SynchronizationContext steps =
            new SynchronizationContext((thread, error) -> cancel("cannot go on", error));

    // All that follows is written in the synchronization context; other threads read some of it.

    /** The attempt under way; {@code null} between two of them. */
    private volatile @Nullable ClientCall<Q, S> current;

    private volatile @Nullable Started<S> started;
    private volatile @Nullable Q message;
    private volatile int retries;

    /** What the caller ended it with. */
    private volatile @Nullable Status cancelled;

    private int requested;
    private boolean isHalfClosed;
    private @Nullable Boolean compression;

    /** Of the time of an attempt, or of the wait for the next. */
    private Disposable timer = Disposables.disposed();

    /** What a call is started with; each attempt gets a copy of the headers, which it changes. */
    private record Started<S>(ClientCall.Listener<S> listener, Metadata headers) {

        Metadata copyOfHeaders() {
            var copy = new Metadata();
            copy.merge(headers);
            return copy;
        }
    }

    RetriedClientCall(
            Channel next, MethodDescriptor<Q, S> method, CallOptions options, RetryPolicy policy) {
        this.next = next;
        this.method = method;
        this.options = options;
        this.policy = policy;
    }

    @Override
    public void start(Listener<S> listener, Metadata headers) {
        var with = new Started<S>(listener, headers);
        policy.onRequest();
        steps.execute(
                () -> {
                    started = with;
                    attempt(with);
                });
    }

    private void attempt(Started<S> with) {
        var attempt = new AttemptListener<S>(with.listener(), this);
        ClientCall<Q, S> call = make(attempt);
        call.start(attempt, with.copyOfHeaders());
        current = call;
        long limit = policy.perTryTimeoutNanos();
        if (limit > 0) {
            timer = Turns.after(limit, () -> steps.execute(() -> expire(attempt, call)));
        }
        replay(call);
    }

    private ClientCall<Q, S> make(AttemptListener<S> attempt) {
        Context previous = context.attach();
        try {
            return next.newCall(method, options.withStreamTracerFactory(attempt.tracer()));
        } finally {
            context.detach(previous);
        }
    }

    private void replay(ClientCall<Q, S> call) {
        if (compression != null) {
            call.setMessageCompression(compression);
        }
        if (requested > 0) {
            call.request(requested);
        }
        Q whole = message;
        if (whole != null) {
            call.sendMessage(whole);
        }
        if (isHalfClosed) {
            call.halfClose();
        }
    }

    private void expire(AttemptListener<S> attempt, ClientCall<Q, S> call) {
        if (attempt.expire()) {
            call.cancel("no response within the perTryTimeout of the route", null);
        }
    }

    @Override
    public void onAnswer() {
        steps.execute(
                () -> {
                    timer.dispose();
                    message = null;
                });
    }

    @Override
    public boolean onEnd(AttemptListener<S> attempt, Status status, Metadata trailers) {
        long pushback = Pushback.nanos(trailers);
        RetryDecision decision = decide(attempt, status, pushback);
        if (!decision.isRetry()) {
            steps.execute(timer::dispose);
            return false;
        }
        steps.execute(() -> retryAfter(Math.max(decision.delayNanos(), pushback)));
        return true;
    }

    private RetryDecision decide(AttemptListener<S> attempt, Status status, long pushback) {
        long remaining = remainingNanos();
        boolean isGivenUp = cancelled != null || context.isCancelled();
        boolean isReadOnce = message instanceof InputStream;
        if (isGivenUp || isReadOnce || pushback == Pushback.NEVER || pushback > remaining) {
            return RetryDecision.NOT_ASKED_FOR;
        }
        return policy.decide(
                retries,
                attempt.result(status, policy),
                !attempt.isSent()
                        || method.isIdempotent()
                        || method.isSafe()
                        || hasIdempotencyKey(),
                remaining);
    }

    private boolean hasIdempotencyKey() {
        Started<S> with = started;
        return with != null
                && RetryPolicy.isIdempotent(
                        "POST", Headers.value(with.headers(), "idempotency-key"));
    }

    private long remainingNanos() {
        Deadline deadline = Waiting.earlier(options.getDeadline(), context.getDeadline());
        return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread at a time
    private void retryAfter(long nanos) {
        timer.dispose();
        retries++;
        current = null;
        if (cancelled != null) {
            endBetweenAttempts(cancelled);
            return;
        }
        context.addListener(this, Runnable::run);
        timer = Turns.after(nanos, () -> steps.execute(this::tryAgain));
    }

    private void tryAgain() {
        Started<S> with = started;
        if (cancelled == null && with != null) {
            context.removeListener(this);
            attempt(with);
        }
    }

    private void endBetweenAttempts(Status status) {
        context.removeListener(this);
        timer.dispose();
        Started<S> with = started;
        Executor executor = options.getExecutor();
        if (with != null) {
            (executor == null ? (Executor) Runnable::run : executor)
                    .execute(() -> with.listener().onClose(status, new Metadata()));
        }
    }

    @Override
    public void cancelled(Context ended) {
        cancel("the context of the call was cancelled", ended.cancellationCause());
    }

    @Override
    public void cancel(@Nullable String reason, @Nullable Throwable cause) {
        steps.execute(
                () -> {
                    if (cancelled != null) {
                        return;
                    }
                    cancelled = Status.CANCELLED.withDescription(reason).withCause(cause);
                    ClientCall<Q, S> call = current;
                    if (call != null) {
                        call.cancel(reason, cause);
                    } else {
                        endBetweenAttempts(cancelled);
                    }
                });
    }

    @Override
    public void request(int messages) {
        steps.execute(
                () -> {
                    requested += messages;
                    ClientCall<Q, S> call = current;
                    if (call != null) {
                        call.request(messages);
                    }
                });
    }

    @Override
    public void sendMessage(Q sent) {
        steps.execute(
                () -> {
                    message = sent;
                    ClientCall<Q, S> call = current;
                    if (call != null) {
                        call.sendMessage(sent);
                    }
                });
    }

    @Override
    public void halfClose() {
        steps.execute(
                () -> {
                    isHalfClosed = true;
                    ClientCall<Q, S> call = current;
                    if (call != null) {
                        call.halfClose();
                    }
                });
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        steps.execute(
                () -> {
                    compression = enabled;
                    ClientCall<Q, S> call = current;
                    if (call != null) {
                        call.setMessageCompression(enabled);
                    }
                });
    }

    @Override
    public boolean isReady() {
        ClientCall<Q, S> call = current;
        return call != null && call.isReady();
    }

    @Override
    public Attributes getAttributes() {
        ClientCall<Q, S> call = current;
        return call == null ? Attributes.EMPTY : call.getAttributes();
    }
}
