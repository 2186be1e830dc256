package io.opensergo.controlplane;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs what is to be done later when the test says so. */
final class Later extends ScheduledThreadPoolExecutor {

    final List<Runnable> tasks = new ArrayList<>();
    long delayNanos;

    Later() {
        super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        tasks.add(task);
        delayNanos = unit.toNanos(delay);
        return super.schedule(() -> {}, 0, unit);
    }

    void runAll() {
        List<Runnable> due = List.copyOf(tasks);
        tasks.clear();
        due.forEach(Runnable::run);
    }
}
