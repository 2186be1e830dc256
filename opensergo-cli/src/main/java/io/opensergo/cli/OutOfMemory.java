package io.opensergo.cli;

import java.lang.Thread.UncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when the memory is used up: what fails then is left half done, and a process
 * that goes on in silence helps nobody. Whoever runs it starts it again.
 */
final class OutOfMemory implements UncaughtExceptionHandler {

    /** The exit code. */
    static final int EXIT_CODE = 3;

    private static final Logger LOG = LoggerFactory.getLogger(OutOfMemory.class);

    private OutOfMemory() {}

    /** Has errors that nobody catches, and those that the control plane reports, come here. */
    static void endsTheProcess() {
        Thread.setDefaultUncaughtExceptionHandler(new OutOfMemory());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (failure instanceof OutOfMemoryError) {
            try {
                LOG.error(
                        "The memory is used up ({}): the process ends with code {}. Give it more"
                                + " (java -Xmx), or let clients have less (--max-streams)",
                        failure.getMessage(),
                        EXIT_CODE);
            } finally {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
        }
        LOG.error("Thread {} failed", thread.getName(), failure);
    }
}
