package io.opensergo.governance;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
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

    private static final int STARTED = 1;
    private static final int ENDED = 2;

    private final Guard guard;
    private final Publisher<? extends T> source;
    private final long token;
    private final CoreSubscriber<? super T> actual;
    private final Operators.DeferredSubscription upstream = new Operators.DeferredSubscription();
    private final Disposable.Swap timer = Disposables.swap();

    private volatile int state;

    /** Written by the source before it signals its end; read by a cancelling thread as a hint. */
    private volatile boolean emitted;

    /** Whether the source has signalled its end; confined to its signals, which are serial. */
    private boolean done;

    private GuardedSubscriber(
            Guard guard,
            Publisher<? extends T> source,
            long token,
            CoreSubscriber<? super T> actual) {
        this.guard = guard;
        this.source = source;
        this.token = token;
        this.actual = actual;
    }

    static <T> void subscribe(
            Guard guard, Publisher<? extends T> source, CoreSubscriber<? super T> actual) {
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            Operators.error(actual, new RequestRejectedException(guard.rejection(token)));
        } else if (token == Token.FREE) {
            source.subscribe(actual);
        } else {
            new GuardedSubscriber<T>(guard, source, token, actual).subscribe();
        }
    }

    private void subscribe() {
        try {
            actual.onSubscribe(this);
        } catch (Throwable e) {
            end(Outcome.CANCELLED);
            throw e;
        }
        long wait = guard.waitNanos(token);
        if (wait == 0) {
            start();
        } else if (state == WAITING) {
            startAfter(wait);
        }
    }

    private void startAfter(long wait) {
        try {
            timer.update(Schedulers.parallel().schedule(this::start, wait, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            if (end(Outcome.CANCELLED)) {
                actual.onError(e);
            }
        }
    }

    private void start() {
        if (!STATE.compareAndSet(this, WAITING, STARTED)) {
            return;
        }
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
            emitted = true;
        }
        try {
            actual.onNext(element);
        } catch (Throwable e) {
            end(Outcome.SUCCESS);
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
        end(Outcome.SUCCESS);
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
        end(emitted ? Outcome.SUCCESS : Outcome.CANCELLED);
        timer.dispose();
        upstream.cancel();
    }

    private boolean end(Outcome outcome) {
        if (STATE.getAndSet(this, ENDED) == ENDED) {
            return false;
        }
        guard.release(token, outcome);
        return true;
    }
}
