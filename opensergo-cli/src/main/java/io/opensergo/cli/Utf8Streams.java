package io.opensergo.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.Logger;

/**
 * The output and the errors of the process in UTF-8, whatever its locale: JSON has no other, and
 * where no locale is set, as in small container images, Java would print a question mark for every
 * character that is not ASCII.
 */
final class Utf8Streams {

    private Utf8Streams() {}

    /**
     * Makes all of the process print UTF-8: commands, the log, and libraries that log otherwise.
     */
    static void install() {
        System.setOut(stream(FileDescriptor.out));
        System.setErr(stream(FileDescriptor.err));
        try {
            for (Handler handler : Logger.getLogger("").getHandlers()) {
                handler.setEncoding(StandardCharsets.UTF_8.name());
            }
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException("every Java has UTF-8", e);
        }
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Returns a writer that prints UTF-8 and flushes at each end of a line. */
    static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
