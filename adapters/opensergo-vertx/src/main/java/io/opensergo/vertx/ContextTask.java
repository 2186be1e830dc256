package io.opensergo.vertx;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;

/** A task of a {@link ContextScheduler}: run on its context, disposed of by any thread. */
final class ContextTask implements Disposable {

    private static final long NO_TIMER = -1;

    private final Vertx vertx;
    private final Runnable task;
    private final Disposable.Composite owner;
    private volatile boolean disposed;
    private volatile long timer = NO_TIMER;

    ContextTask(Context context, Runnable task) {
        this(context, task, Disposables.composite());
    }

    /** A task that is disposed of with others. */
    ContextTask(Context context, Runnable task, Disposable.Composite owner) {
        this.vertx = context.owner();
        this.task = task;
        this.owner = owner;
        if (!owner.add(this)) {
            throw Exceptions.failWithRejected();
        }
    }

    void run() {
        if (!disposed) {
            owner.remove(this);
            task.run();
        }
    }

    void runAfter(long nanos) {
        if (nanos <= 0) {
            run();
        } else if (!disposed) {
            setTimer(vertx.setTimer(Waits.millis(nanos), id -> run()));
        }
    }

    void runPeriodically(long initialNanos, long periodNanos) {
        if (!disposed) {
            long initial = initialNanos <= 0 ? 0 : Waits.millis(initialNanos);
            long period = Waits.millis(Math.max(1, periodNanos));
            setTimer(vertx.setPeriodic(initial, period, id -> task.run()));
        }
    }

    /** Whoever disposes of the task either sees the timer or is seen here. */
    private void setTimer(long id) {
        timer = id;
        if (disposed) {
            vertx.cancelTimer(id);
        }
    }

    @Override
    public void dispose() {
        disposed = true;
        owner.remove(this);
        long id = timer;
        if (id != NO_TIMER) {
            vertx.cancelTimer(id);
        }
    }

    @Override
    public boolean isDisposed() {
        return disposed;
    }
}
