package io.opensergo.controlplane;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs short tasks later, or on another thread. For any number of threads. */
final class Tasks {

    private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

    private final ScheduledExecutorService housekeeper;
    private final Executor workers;

    Tasks(ScheduledExecutorService housekeeper, Executor workers) {
        this.housekeeper = housekeeper;
        this.workers = workers;
    }

    /** Runs a task later; not at all if the control plane closes before. */
    void later(Runnable task, long nanos) {
        try {
            Future<?> unused =
                    housekeeper.schedule(
                            Lasting.task("What was put off", task), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("The control plane is closed, and so is what was to be done later", e);
        }
    }

    /** Runs a task on a thread that serves calls. */
    void work(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            task.run(); // the control plane is closed, and nobody else is in a hurry
        }
    }
}
