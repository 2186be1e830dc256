package io.opensergo.controlplane;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keeps what is logged until it is closed, for a test to look at. */
final class LogCapture implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    LogCapture() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    /** Returns all that was logged so far. */
    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Returns what a class logged so far, line by line. */
    List<String> linesOf(Class<?> type) {
        return text().lines().filter(line -> line.contains(type.getName())).toList();
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
