package io.opensergo.test;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * Time that one thread at a time moves, doing what is due on the way.
 *
 * <p>{@code running} is held while tasks run, and never waited for by who only schedules: such a
 * thread leaves its task to the one that runs them, which looks again after it has let go.
 */
final class OwnTimeline implements TestClock.Timeline {

    private static final Comparator<Task> ORDER =
            Comparator.comparingLong(Task::time).thenComparingLong(Task::number);

    private final ReentrantLock running = new ReentrantLock();

    /** Guarded by itself, as are the numbers. */
    private final PriorityQueue<Task> tasks = new PriorityQueue<>(ORDER);

    private final Scheduler scheduler = new TimelineScheduler(this);
    private long numbers;

    /** Written by the thread that is running; read by all. Starts at 0 and never falls. */
    private volatile long now;

    private volatile boolean closed;

    /** Compared by identity: each is scheduled once. */
    private static final class Task {

        private final long time;
        private final long number;
        private final Runnable body;

        Task(long time, long number, Runnable body) {
            this.time = time;
            this.number = number;
            this.body = body;
        }

        long time() {
            return time;
        }

        long number() {
            return number;
        }
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    /** A task that moves the time itself, as a wait within it does, makes this one no longer. */
    @Override
    public void advance(long nanos) {
        running.lock();
        try {
            long end = later(nanos);
            runUntil(end);
            now = Math.max(now, end);
        } finally {
            running.unlock();
        }
        runDue();
    }

    @Override
    public Disposable at(long time, Runnable body) {
        Task task;
        synchronized (tasks) {
            task = new Task(time, numbers++, body);
            tasks.add(task);
        }
        return () -> {
            synchronized (tasks) {
                tasks.remove(task);
            }
        };
    }

    /** Does something as soon as possible: now, unless another task is being done. */
    Disposable soon(Runnable body) {
        Disposable task = at(now, body);
        runDue();
        return task;
    }

    /** Does something after a delay. */
    Disposable after(long delay, TimeUnit unit, Runnable body) {
        return delay <= 0 ? soon(body) : at(later(unit.toNanos(delay)), body);
    }

    private long later(long nanos) {
        long time = now + nanos;
        return time < 0 ? Long.MAX_VALUE : time;
    }

    private void runDue() {
        while (!running.isHeldByCurrentThread() && hasDue() && running.tryLock()) {
            try {
                runUntil(now);
            } finally {
                running.unlock();
            }
        }
    }

    private boolean hasDue() {
        synchronized (tasks) {
            Task next = tasks.peek();
            return next != null && next.time() <= now;
        }
    }

    private void runUntil(long end) {
        for (Task task = poll(end); task != null && !closed; task = poll(end)) {
            now = Math.max(now, task.time());
            task.body.run();
        }
    }

    private @Nullable Task poll(long end) {
        synchronized (tasks) {
            Task next = tasks.peek();
            return next == null || next.time() > Math.max(end, now) ? null : tasks.poll();
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (tasks) {
            tasks.clear();
        }
    }
}
