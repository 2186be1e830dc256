package io.opensergo.client;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * One subscriber of values of which only the latest counts.
 *
 * <p>One producer, the event loop, offers values and at most once an end; the subscriber requests
 * and cancels from any thread. Signals are made by {@link #drain} on the scheduler only. {@code
 * work} makes them serial: whoever raises it from zero schedules a drain, everybody else leaves
 * their news to the one that runs. News are written before {@code work} is raised and read after it
 * was, which is what makes them visible, so none is missed. An unread value is overwritten by the
 * next: that is the conflation.
 */
final class LatestSubscription<T> implements Subscription, Runnable {

    @SuppressWarnings("rawtypes")
    private static final AtomicReferenceFieldUpdater<LatestSubscription, Object> UNREAD =
            AtomicReferenceFieldUpdater.newUpdater(
                    LatestSubscription.class, Object.class, "unread");

    @SuppressWarnings("rawtypes")
    private static final AtomicLongFieldUpdater<LatestSubscription> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(LatestSubscription.class, "requested");

    @SuppressWarnings("rawtypes")
    private static final AtomicIntegerFieldUpdater<LatestSubscription> WORK =
            AtomicIntegerFieldUpdater.newUpdater(LatestSubscription.class, "work");

    private final CoreSubscriber<? super T> subscriber;
    private final Scheduler scheduler;
    private final Consumer<LatestSubscription<T>> onCancel;

    @SuppressWarnings("UnusedVariable") // read through UNREAD
    private volatile @Nullable Object unread;

    private volatile long requested;
    private volatile int work;
    private volatile boolean cancelled;
    private volatile boolean ended;

    /**
     * Written before {@link #ended}, by the producer or by a subscriber that breaks the contract of
     * demand; should both end the subscription at once, either end may be signalled.
     */
    private @Nullable Throwable error;

    /**
     * Makes a subscription.
     *
     * @param onCancel called when the subscriber cancels, perhaps more than once, on its thread
     */
    LatestSubscription(
            CoreSubscriber<? super T> subscriber,
            Scheduler scheduler,
            Consumer<LatestSubscription<T>> onCancel) {
        this.subscriber = subscriber;
        this.scheduler = scheduler;
        this.onCancel = onCancel;
    }

    /** Gives the latest value. */
    void offer(T value) {
        UNREAD.set(this, value);
        wakeUp();
    }

    /** Ends the subscription, after the unread value if the subscriber asked for it. */
    void complete() {
        ended = true;
        wakeUp();
    }

    /**
     * Ends the subscription with an error, after the unread value if the subscriber asked for it.
     */
    void fail(Throwable cause) {
        error = cause;
        ended = true;
        wakeUp();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            fail(Exceptions.nullOrNegativeRequestException(n));
            onCancel.accept(this);
        } else {
            Operators.addCap(REQUESTED, this, n);
            wakeUp();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        UNREAD.lazySet(this, null);
        onCancel.accept(this);
    }

    /** Returns whether no further value will be signalled. */
    boolean isOver() {
        return cancelled || ended;
    }

    private void wakeUp() {
        if (WORK.getAndIncrement(this) != 0) {
            return;
        }
        try {
            scheduler.schedule(this);
        } catch (RejectedExecutionException e) {
            cancel();
            subscriber.onError(Operators.onRejectedExecution(e, subscriber.currentContext()));
        }
    }

    /** Makes every signal that is due. */
    @Override
    public void run() {
        int seen = work;
        do {
            drain();
            seen = WORK.addAndGet(this, -seen);
        } while (seen != 0);
    }

    private void drain() {
        boolean end = ended;
        if (cancelled) {
            return;
        }
        if (requested > 0) {
            Object value = UNREAD.getAndSet(this, null);
            if (value != null) {
                Operators.produced(REQUESTED, this, 1);
                emit(value);
            }
        }
        if (end && !cancelled) {
            cancelled = true;
            Throwable cause = error;
            if (cause == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(cause);
            }
        }
    }

    @SuppressWarnings("unchecked") // only offer(T) puts values there
    private void emit(Object value) {
        try {
            subscriber.onNext((T) value);
        } catch (RuntimeException e) {
            cancel();
            subscriber.onError(
                    Operators.onOperatorError(null, e, value, subscriber.currentContext()));
        }
    }
}
