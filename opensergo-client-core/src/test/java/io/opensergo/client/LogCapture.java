package io.opensergo.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.slf4j.simple.SimpleLogger;

/** Keeps what is logged until it is closed, for a test to look at. */
final class LogCapture implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Runnable> undo = new ArrayList<>();

    private LogCapture() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    /** Starts to keep what is logged. */
    static LogCapture open() {
        return new LogCapture();
    }

    /**
     * Starts to keep what is logged: by the client at every level, and by the libraries that log by
     * {@code java.util.logging}, as the transport does.
     */
    static LogCapture openForEverything() {
        var capture = new LogCapture();
        capture.traceTheClient();
        capture.captureTheRuntime();
        return capture;
    }

    private void traceTheClient() {
        try {
            Path classes =
                    Path.of(
                            ReactiveClient.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .toURI());
            Field level = SimpleLogger.class.getDeclaredField("currentLogLevel");
            level.setAccessible(true);
            try (Stream<Path> files = Files.list(classes.resolve("io/opensergo/client"))) {
                for (Path file : files.toList()) {
                    trace(file.getFileName().toString(), level);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void trace(String file, Field level) throws IllegalAccessException {
        Object logger =
                LoggerFactory.getLogger("io.opensergo.client." + file.replace(".class", ""));
        int previous = level.getInt(logger);
        level.setInt(logger, 0);
        undo.add(
                () -> {
                    try {
                        level.setInt(logger, previous);
                    } catch (IllegalAccessException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    private void captureTheRuntime() {
        var handler =
                new Handler() {
                    @Override
                    public void publish(LogRecord one) {
                        System.err.println(new SimpleFormatter().format(one));
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                };
        var root = java.util.logging.Logger.getLogger("");
        root.addHandler(handler);
        undo.add(() -> root.removeHandler(handler));
    }

    /** Returns the messages of a class that were logged so far, without stack traces. */
    List<String> linesOf(Class<?> type) {
        return bytes.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(" " + type.getName() + " - "))
                .toList();
    }

    /** Returns everything that was logged so far. */
    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        System.setErr(before);
    }
}
