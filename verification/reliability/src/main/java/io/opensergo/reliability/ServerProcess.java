package io.opensergo.reliability;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code opensergo serve} in a process of its own, which can be killed as nothing within this
 * process can.
 *
 * <p>The command line's classes must be on the class path of this process.
 */
public final class ServerProcess implements AutoCloseable {

    private static final String COMMAND = "io.opensergo.cli.OpenSergoCommand";
    private static final String READY = "Serving ";

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a server and waits until it serves.
     *
     * @param rules the directory of its rule files
     * @param port the port to listen on
     * @param options further options of {@code opensergo serve}
     * @throws IllegalStateException with what the process said, if it ends instead
     */
    public static ServerProcess start(Path rules, int port, String... options) {
        return startWith(List.of(), rules, port, options);
    }

    /**
     * Starts a server with further options of {@code java} and waits until it serves.
     *
     * @throws IllegalStateException with what the process said, if it ends instead
     */
    public static ServerProcess startWith(
            List<String> javaOptions, Path rules, int port, String... options) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                // such a server lives for seconds
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC"));
        command.addAll(javaOptions);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        COMMAND,
                        "serve",
                        "--rules",
                        rules.toString(),
                        "--port",
                        Integer.toString(port)));
        command.addAll(List.of(options));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            awaitReady(process);
            return new ServerProcess(process, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitReady(Process process) throws IOException {
        BufferedReader out = process.inputReader();
        var said = new StringBuilder();
        String line = out.readLine();
        while (line != null && !line.startsWith(READY)) {
            said.append(line).append('\n');
            line = out.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("the server ended instead of serving:\n" + said);
        }
        // a process whose output nobody takes stops when the pipe is full
        var drain = new Thread(() -> out.lines().forEach(ignored -> {}), "server-output");
        drain.setDaemon(true);
        drain.start();
    }

    /** Returns the port it was told to listen on. */
    public int port() {
        return port;
    }

    /** Returns whether the process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns the id of the process. */
    public long pid() {
        return process.pid();
    }

    /** Kills the process with signal 9 and waits until it is gone. Does nothing the second time. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " cannot be killed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
