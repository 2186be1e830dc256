package io.opensergo.client;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * A thread that runs tasks one after the other, now or later. Of those of a client, the one that
 * all of its state is confined to never blocks, and runs no code of a user but listeners.
 */
final class EventLoop implements TaskTimer {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name;
    private final ScheduledThreadPoolExecutor executor;

    EventLoop() {
        this("opensergo-client-" + COUNT.incrementAndGet());
    }

    EventLoop(String name) {
        this.name = name;
        executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            var thread = new Thread(task, name);
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setRejectedExecutionHandler(EventLoop::reject);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** The default handler describes the executor, for which it takes its lock. */
    private static void reject(Runnable task, ThreadPoolExecutor executor) {
        throw new RejectedExecutionException("the loop is stopped");
    }

    /** Returns the name of the thread. */
    String name() {
        return name;
    }

    /**
     * Runs a task after those given before it; returns false, without running it, after {@link
     * #stop()}.
     */
    boolean execute(Runnable task) {
        try {
            executor.execute(() -> runLogged(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Runs a task later, unless it is disposed of or the loop is stopped before. */
    @Override
    public Disposable schedule(Duration delay, Runnable task) {
        try {
            return new ScheduledTask(
                    executor.schedule(
                            () -> runLogged(task), delay.toNanos(), TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            return Disposables.disposed();
        }
    }

    /** Takes no further task, and ends the thread after those it has. */
    void stop() {
        executor.shutdown();
    }

    /** Waits until the thread has ended; not to be called on it. */
    void awaitEnd(Duration patience) {
        try {
            if (!executor.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("The thread {} did not end within {}", name, ShownDuration.of(patience));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The executor would keep even an error to itself. */
    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A task of an OpenSergo client failed; this is a bug, please report it", e);
        }
    }

    private record ScheduledTask(Future<?> future) implements Disposable {

        @Override
        public void dispose() {
            future.cancel(false);
        }

        @Override
        public boolean isDisposed() {
            return future.isDone();
        }
    }
}
