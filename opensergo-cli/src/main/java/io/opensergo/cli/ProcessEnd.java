package io.opensergo.cli;

import java.io.PrintWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ExitCode;

/**
 * Closes what a command runs when the process ends, and sees to it that the exit code says why it
 * did: success if it was told to by a signal, which is not a failure, and else the command's own.
 */
final class ProcessEnd {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);

    private final Runnable close;
    private final PrintWriter out;
    private volatile boolean commandIsOver;

    private ProcessEnd(Runnable close, PrintWriter out) {
        this.close = close;
        this.out = out;
    }

    /** Has something closed when the process ends. */
    static ProcessEnd closing(Runnable close, PrintWriter out) {
        var end = new ProcessEnd(close, out);
        Runtime.getRuntime().addShutdownHook(new Thread(end::run, "opensergo-end"));
        return end;
    }

    /** Takes note that the command ends by itself, with an exit code of its own. */
    void commandIsOver() {
        commandIsOver = true;
    }

    private void run() {
        try {
            close.run();
            out.println("Ended");
            out.flush();
        } catch (RuntimeException e) {
            LOG.error("What was running could not be closed", e);
            Runtime.getRuntime().halt(ExitCode.SOFTWARE);
        }
        if (!commandIsOver) {
            Runtime.getRuntime().halt(ExitCode.OK);
        }
    }
}
