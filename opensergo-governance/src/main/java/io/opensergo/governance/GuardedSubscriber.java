package io.opensergo.governance;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Stands between a source and its subscriber while a request is in flight, and ends the request
 * exactly once: on completion, error or cancellation, or when the source or the subscriber throws,
 * whichever comes first.
 *
 * <p>The subscriber gets this as its subscription before the source is asked for anything. So it
 * can cancel a source that says nothing, and meets one subscription only, whatever the source does;
 * a subscriber that cancels at once keeps the request from being made.
 *
 * <p>Who ends a request does not decide what its subscriber hears of it: a source that throws in
 * {@code request} has ended it, and the error follows on the way that Reactor takes for it.
 */
final class GuardedSubscriber<T> implements CoreSubscriber<T>, Subscription {

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<GuardedSubscriber> STATE =
            AtomicIntegerFieldUpdater.newUpdater(GuardedSubscriber.class, "state");

    /** The source has not been subscribed to. */
    private static final int WAITING = 0;

    /** Its turn has come, and the guard is being asked; whoever cancels leaves the rest to that. */
    private static final int ASKING = 1;

    private static final int STARTED = 2;
    private static final int ENDED = 3;

    private final Guard guard;
    private final Publisher<? extends T> source;
    private final Function<? super T, Outcome> outcomeOf;

    /** Replaced by a thread that has moved the state to ASKING, before it moves it on. */
    private long token;

    private final CoreSubscriber<? super T> actual;
    private final Operators.DeferredSubscription upstream = new Operators.DeferredSubscription();
    private final Disposable.Swap timer = Disposables.swap();

    private volatile int state;

    /** By the first element; written before {@link #emitted}, and read after it. */
    private Outcome outcome = Outcome.SUCCESS;

    /** Written by the source before it signals its end; read by a cancelling thread as a hint. */
    private volatile boolean emitted;

    /** Whether the source has signalled its end; confined to its signals, which are serial. */
    private boolean done;

    private GuardedSubscriber(
            Guard guard,
            Publisher<? extends T> source,
            Function<? super T, Outcome> outcomeOf,
            long token,
            CoreSubscriber<? super T> actual) {
        this.guard = guard;
        this.source = source;
        this.outcomeOf = outcomeOf;
        this.token = token;
        this.actual = actual;
    }

    static <T> void subscribe(
            Guard guard,
            Publisher<? extends T> source,
            Function<? super T, Outcome> outcomeOf,
            CoreSubscriber<? super T> actual) {
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            Operators.error(actual, new RequestRejectedException(guard.rejection(token)));
        } else if (token == Token.FREE) {
            source.subscribe(actual);
        } else {
            new GuardedSubscriber<T>(guard, source, outcomeOf, token, actual).subscribe();
        }
    }

    private void subscribe() {
        try {
            actual.onSubscribe(this);
        } catch (Throwable e) {
            end(Outcome.CANCELLED);
            throw e;
        }
        if (state != WAITING) {
            return; // it has cancelled
        }
        if (Guard.isWaiting(token)) {
            startAfter(guard.waitNanos(token));
        } else if (STATE.compareAndSet(this, WAITING, STARTED)) {
            subscribeToSource();
        }
    }

    private void startAfter(long wait) {
        try {
            timer.update(guard.waits().subscribeLater(this::startIfAdmitted, wait));
        } catch (RejectedExecutionException e) {
            if (end(Outcome.CANCELLED)) {
                actual.onError(e);
            }
        }
    }

    private void startIfAdmitted() {
        if (!STATE.compareAndSet(this, WAITING, ASKING)) {
            return;
        }
        long waiting = token;
        long next = guard.proceed(waiting);
        token = next;
        if (Guard.isRefused(next)) {
            if (STATE.compareAndSet(this, ASKING, ENDED)) {
                actual.onError(new RequestRejectedException(guard.rejection(next)));
            }
        } else if (STATE.compareAndSet(this, ASKING, STARTED)) {
            subscribeToSource();
        } else {
            guard.withdraw(next);
            guard.withdraw(waiting);
        }
    }

    private void subscribeToSource() {
        try {
            source.subscribe(this);
        } catch (Throwable e) {
            end(guard.outcomeOf(e));
            throw e;
        }
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    /** Takes the first subscription; Reactor gives a second one to a source that threw. */
    @Override
    public void onSubscribe(Subscription subscription) {
        upstream.set(subscription);
    }

    @Override
    public void onNext(T element) {
        if (done) {
            Operators.onNextDropped(element, actual.currentContext());
            return;
        }
        if (!emitted) {
            try {
                outcome = outcomeOf.apply(element);
            } catch (Throwable e) { // of the application
                end(Outcome.CANCELLED);
                onError(Operators.onOperatorError(upstream, e, element, actual.currentContext()));
                return;
            }
            emitted = true;
        }
        try {
            actual.onNext(element);
        } catch (Throwable e) {
            end(outcome);
            throw e;
        }
    }

    @Override
    public void onError(Throwable error) {
        if (done) {
            Operators.onErrorDropped(error, actual.currentContext());
            return;
        }
        done = true;
        end(guard.outcomeOf(error));
        actual.onError(error);
    }

    @Override
    public void onComplete() {
        if (done) {
            return;
        }
        done = true;
        end(outcome);
        actual.onComplete();
    }

    @Override
    public void request(long count) {
        try {
            upstream.request(count);
        } catch (Throwable e) {
            end(guard.outcomeOf(e));
            throw e;
        }
    }

    @Override
    public void cancel() {
        end(emitted ? outcome : Outcome.CANCELLED);
        timer.dispose();
        upstream.cancel();
    }

    /** Returns whether it had not ended before. */
    private boolean end(Outcome outcome) {
        int before = STATE.getAndSet(this, ENDED);
        if (before == WAITING) {
            guard.withdraw(token);
        } else if (before == STARTED) {
            guard.release(token, outcome);
        }
        return before != ENDED;
    }
}
