package io.opensergo.spring.conformance;

import io.opensergo.spring.conformance.Signals.Waiting;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Takes the place of Reactor's timer: what is to happen later is shown to the driver, which moves
 * the clock of the governor and lets it happen.
 */
final class TurnScheduler implements Scheduler {

    private final Signals signals;
    private final Scheduler threads;

    TurnScheduler(Signals signals) {
        this.signals = signals;
        this.threads = Schedulers.newBoundedElastic(4, Integer.MAX_VALUE, "turns");
    }

    @Override
    public Disposable schedule(Runnable task) {
        return threads.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        if (delay <= 0) {
            return threads.schedule(task);
        }
        var isOver = new AtomicBoolean();
        Runnable turn =
                () -> {
                    if (isOver.compareAndSet(false, true)) {
                        threads.schedule(task);
                    }
                };
        signals.tell(new Waiting(Duration.ofNanos(unit.toNanos(delay)), turn));
        return () -> isOver.set(true);
    }

    @Override
    public Worker createWorker() {
        Worker worker = threads.createWorker();
        return new Worker() {

            @Override
            public Disposable schedule(Runnable task) {
                return worker.schedule(task);
            }

            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                return worker.isDisposed()
                        ? Disposables.disposed()
                        : TurnScheduler.this.schedule(task, delay, unit);
            }

            @Override
            public void dispose() {
                worker.dispose();
            }
        };
    }

    @Override
    public void dispose() {
        threads.dispose();
    }
}
