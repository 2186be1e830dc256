package io.opensergo.test;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

/** The virtual time of Reactor, which is one for the whole process. */
final class ReactorTimeline implements TestClock.Timeline {

    private final VirtualTimeScheduler scheduler;

    private ReactorTimeline(VirtualTimeScheduler scheduler) {
        this.scheduler = scheduler;
    }

    static ReactorTimeline switchOn() {
        return new ReactorTimeline(VirtualTimeScheduler.getOrSet());
    }

    @Override
    public long nanos() {
        return scheduler.now(TimeUnit.NANOSECONDS);
    }

    @Override
    public void advance(long nanos) {
        scheduler.advanceTimeBy(Duration.ofNanos(nanos));
    }

    @Override
    public Disposable at(long time, Runnable task) {
        return scheduler.schedule(task, time - nanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Gives the process its usual time back. */
    @Override
    public void close() {
        VirtualTimeScheduler.reset();
    }
}
