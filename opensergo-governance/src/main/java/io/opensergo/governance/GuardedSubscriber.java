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
 * exactly once: on completion, error or cancellation, whichever comes first.
 */
final class GuardedSubscriber<T> implements CoreSubscriber<T>, Subscription {

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<GuardedSubscriber> ENDED =
            AtomicIntegerFieldUpdater.newUpdater(GuardedSubscriber.class, "ended");

    private final Guard guard;
    private final long token;
    private final CoreSubscriber<? super T> actual;
    private final Operators.DeferredSubscription upstream = new Operators.DeferredSubscription();
    private final Disposable.Swap timer = Disposables.swap();

    private volatile int ended;

    /** Written by the source before it signals its end; read by a cancelling thread as a hint. */
    private volatile boolean emitted;

    private boolean throttled;

    private GuardedSubscriber(Guard guard, long token, CoreSubscriber<? super T> actual) {
        this.guard = guard;
        this.token = token;
        this.actual = actual;
    }

    static <T> void subscribe(
            Guard guard, Publisher<? extends T> source, CoreSubscriber<? super T> actual) {
        long token = guard.acquire();
        if (Guard.isRefused(token)) {
            Operators.error(actual, new RequestRejectedException(guard.rejection(token)));
            return;
        }
        var guarded = new GuardedSubscriber<T>(guard, token, actual);
        long wait = guard.waitNanos(token);
        if (wait == 0) {
            source.subscribe(guarded);
        } else {
            guarded.subscribeAfter(wait, source);
        }
    }

    private void subscribeAfter(long wait, Publisher<? extends T> source) {
        throttled = true;
        actual.onSubscribe(this);
        if (ended != 0) {
            return;
        }
        try {
            timer.update(
                    Schedulers.parallel()
                            .schedule(() -> source.subscribe(this), wait, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            if (end(Outcome.CANCELLED)) {
                actual.onError(e);
            }
        }
    }

    @Override
    public Context currentContext() {
        return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream.set(subscription);
        if (!throttled) {
            actual.onSubscribe(this);
        }
    }

    @Override
    public void onNext(T element) {
        if (!emitted) {
            emitted = true;
        }
        actual.onNext(element);
    }

    @Override
    public void onError(Throwable error) {
        if (end(guard.outcomeOf(error))) {
            actual.onError(error);
        } else {
            Operators.onErrorDropped(error, actual.currentContext());
        }
    }

    @Override
    public void onComplete() {
        if (end(Outcome.SUCCESS)) {
            actual.onComplete();
        }
    }

    @Override
    public void request(long count) {
        upstream.request(count);
    }

    @Override
    public void cancel() {
        if (end(emitted ? Outcome.SUCCESS : Outcome.CANCELLED)) {
            timer.dispose();
            upstream.cancel();
        }
    }

    private boolean end(Outcome outcome) {
        if (!ENDED.compareAndSet(this, 0, 1)) {
            return false;
        }
        guard.release(token, outcome);
        return true;
    }
}
