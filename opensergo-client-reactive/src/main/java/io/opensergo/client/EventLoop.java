package io.opensergo.client;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * The one thread that all state of a client is confined to. It never runs code of a user and never
 * blocks.
 */
final class EventLoop {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ScheduledThreadPoolExecutor executor;

    EventLoop() {
        String name = "opensergo-client-" + COUNT.incrementAndGet();
        executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            var thread = new Thread(task, name);
                            thread.setDaemon(true);
                            return thread;
                        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
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
    Disposable schedule(Duration delay, Runnable task) {
        var future =
                executor.schedule(() -> runLogged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        return new ScheduledTask(future);
    }

    /** Takes no further task, and ends the thread after those it has. */
    void stop() {
        executor.shutdown();
    }

    /** Waits until the thread has ended; not to be called on it. */
    void awaitEnd(Duration patience) {
        try {
            if (!executor.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("An OpenSergo client did not end within {}", patience);
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
