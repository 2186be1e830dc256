package io.opensergo.vertx;

import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** Runs tasks on a context of Vert.x, later ones by its timers. */
final class ContextScheduler implements Scheduler {

    private final Context context;

    ContextScheduler(Context context) {
        this.context = context;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return start(new ContextTask(context, task));
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return start(new ContextTask(context, task), delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(
            Runnable task, long initialDelay, long period, TimeUnit unit) {
        return start(new ContextTask(context, task), initialDelay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return new ContextWorker();
    }

    /** Not an end of the context, which is not ours. */
    @Override
    public void dispose() {}

    private ContextTask start(ContextTask task) {
        context.runOnContext(now -> task.run());
        return task;
    }

    private ContextTask start(ContextTask task, long delay, TimeUnit unit) {
        long start = System.nanoTime();
        context.runOnContext(
                now -> task.runAfter(unit.toNanos(delay) - (System.nanoTime() - start)));
        return task;
    }

    private ContextTask start(ContextTask task, long initialDelay, long period, TimeUnit unit) {
        context.runOnContext(
                now -> task.runPeriodically(unit.toNanos(initialDelay), unit.toNanos(period)));
        return task;
    }

    /** Tasks that are disposed of together. The context keeps them in order. */
    private final class ContextWorker implements Worker {

        private final Disposable.Composite tasks = Disposables.composite();

        @Override
        public Disposable schedule(Runnable task) {
            return start(new ContextTask(context, task, tasks));
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return start(new ContextTask(context, task, tasks), delay, unit);
        }

        @Override
        public Disposable schedulePeriodically(
                Runnable task, long initialDelay, long period, TimeUnit unit) {
            return start(new ContextTask(context, task, tasks), initialDelay, period, unit);
        }

        @Override
        public void dispose() {
            tasks.dispose();
        }

        @Override
        public boolean isDisposed() {
            return tasks.isDisposed();
        }
    }
}
