package io.opensergo.testsupport;

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

/** Keeps what SLF4J's simple logger writes until it is closed, for a test to look at. */
public final class LogCapture implements AutoCloseable {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Runnable> undo = new ArrayList<>();

    private LogCapture() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    /** Starts to keep what is logged. */
    public static LogCapture open() {
        return new LogCapture();
    }

    /**
     * Starts to keep what is logged: by the classes of a package at every level, and by libraries
     * that log by {@code java.util.logging}, as gRPC does.
     *
     * @param member a class of the package, whose classes are in a directory
     */
    public static LogCapture openForAllOfPackage(Class<?> member) {
        var capture = new LogCapture();
        capture.trace(member);
        capture.captureTheRuntime();
        return capture;
    }

    private void trace(Class<?> member) {
        try {
            Path classes =
                    Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
            Field level = SimpleLogger.class.getDeclaredField("currentLogLevel");
            level.setAccessible(true);
            String directory = member.getPackageName().replace('.', '/');
            try (Stream<Path> files = Files.list(classes.resolve(directory))) {
                for (Path file : files.toList()) {
                    String type = file.getFileName().toString().replace(".class", "");
                    trace(member.getPackageName() + "." + type, level);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void trace(String name, Field level) throws IllegalAccessException {
        Object logger = LoggerFactory.getLogger(name);
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
    public List<String> linesOf(Class<?> type) {
        return text().lines().filter(line -> line.contains(" " + type.getName() + " - ")).toList();
    }

    /** Returns everything that was logged so far. */
    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        undo.forEach(Runnable::run);
        System.setErr(before);
    }
}
