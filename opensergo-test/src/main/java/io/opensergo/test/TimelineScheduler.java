package io.opensergo.test;

import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** Reactor's view of the time of a test: what is due at once is done at once, by who asks. */
final class TimelineScheduler implements Scheduler {

    private final OwnTimeline timeline;

    TimelineScheduler(OwnTimeline timeline) {
        this.timeline = timeline;
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(timeline.nanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return timeline.soon(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return timeline.after(delay, unit, task);
    }

    @Override
    public Disposable schedulePeriodically(
            Runnable task, long initialDelay, long period, TimeUnit unit) {
        return new Repeated(task, period, unit).start(initialDelay);
    }

    @Override
    public Worker createWorker() {
        return new TimelineWorker();
    }

    /** Ends with the clock. */
    @Override
    public void dispose() {}

    /** A task that comes again and again, at times that do not depend on how long it takes. */
    private final class Repeated implements Disposable {

        private final Runnable task;
        private final long period;
        private final TimeUnit unit;
        private final Disposable.Swap next = Disposables.swap();

        Repeated(Runnable task, long period, TimeUnit unit) {
            if (period <= 0) {
                throw new IllegalArgumentException("period must be more than 0, was " + period);
            }
            this.task = task;
            this.period = period;
            this.unit = unit;
        }

        Disposable start(long delay) {
            next.replace(timeline.after(delay, unit, this::run));
            return this;
        }

        private void run() {
            if (!isDisposed()) {
                next.replace(timeline.after(period, unit, this::run));
                task.run();
            }
        }

        @Override
        public void dispose() {
            next.dispose();
        }

        @Override
        public boolean isDisposed() {
            return next.isDisposed();
        }
    }

    /** Tasks that are given up together. */
    private final class TimelineWorker implements Worker {

        private final Disposable.Composite tasks = Disposables.composite();

        @Override
        public Disposable schedule(Runnable task) {
            return keep(TimelineScheduler.this.schedule(task));
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return keep(TimelineScheduler.this.schedule(task, delay, unit));
        }

        @Override
        public Disposable schedulePeriodically(
                Runnable task, long initialDelay, long period, TimeUnit unit) {
            return keep(
                    TimelineScheduler.this.schedulePeriodically(task, initialDelay, period, unit));
        }

        private Disposable keep(Disposable task) {
            tasks.add(task);
            return task;
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
