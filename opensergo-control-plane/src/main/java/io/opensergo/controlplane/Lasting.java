package io.opensergo.controlplane;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done again and again must not end with one failure, be it an {@code Error}. */
final class Lasting {

    private static final Logger LOG = LoggerFactory.getLogger(Lasting.class);

    private Lasting() {}

    /**
     * Returns a task that fails with nothing.
     *
     * @param name begins the line that is logged when the task fails
     */
    static Runnable task(String name, Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.error("{} failed; it goes on the next time", name, e);
            } catch (Error e) {
                LOG.error("{} failed; it goes on the next time", name, e);
                tell(e);
            }
        };
    }

    /**
     * Tells whoever handles what nobody catches: the process may want to end after an error that it
     * cannot recover from, such as a lack of memory.
     */
    static void tell(Error error) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
    }
}
