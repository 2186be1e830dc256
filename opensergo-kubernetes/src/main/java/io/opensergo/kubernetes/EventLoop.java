package io.opensergo.kubernetes;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a source. What a task throws is logged, and an Error is handed to the thread's
 * handler, which may end the process: a thread pool would keep it to itself.
 */
final class EventLoop extends ScheduledThreadPoolExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

    EventLoop() {
        super(
                1,
                task -> {
                    var thread = new Thread(task, "opensergo-kubernetes");
                    thread.setDaemon(true);
                    return thread;
                },
                (task, ended) -> {});
        setRemoveOnCancelPolicy(true);
        setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        super.afterExecute(task, thrown);
        Throwable failure = thrown;
        if (failure == null && task instanceof Future<?> future && future.isDone()) {
            failure = failureOf(future);
        }
        if (failure != null) {
            LOG.error("A task failed", failure);
        }
        if (failure instanceof Error) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
    }

    private static @Nullable Throwable failureOf(Future<?> done) {
        try {
            done.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (CancellationException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
