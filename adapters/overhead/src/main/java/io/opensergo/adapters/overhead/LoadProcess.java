package io.opensergo.adapters.overhead;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A load in a process of its own, which idles between its turns. A line with milliseconds asks it
 * to run for as long; it answers with a line of how many requests succeeded.
 */
final class LoadProcess implements AutoCloseable {

    private static final String ANSWER = "succeeded ";

    private final Process process;
    private final PrintStream requests;
    private final BufferedReader answers;

    LoadProcess(LoadKind kind, boolean governed) throws IOException {
        process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-Dcsp.sentinel.log.dir=" + Path.of("sentinel").toAbsolutePath(),
                                "-cp",
                                kind.classPath(governed),
                                LoadProcess.class.getName(),
                                kind.name(),
                                Boolean.toString(governed))
                        .redirectError(Redirect.INHERIT)
                        .start();
        requests = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Runs the load and returns requests per second. */
    double rate(Duration time) throws IOException {
        requests.println(time.toMillis());
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(ANSWER)) {
                return Double.parseDouble(line.substring(ANSWER.length()));
            }
        }
        throw new IOException("the load has ended; see its error above");
    }

    @Override
    public void close() {
        requests.close();
        process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join().destroyForcibly();
    }

    /**
     * Is the load.
     *
     * @param args its kind, and whether it is governed
     */
    public static void main(String[] args) throws Exception {
        try (Load load = LoadKind.of(args[0]).start(Boolean.parseBoolean(args[1]))) {
            var requests =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                long started = System.nanoTime();
                long succeeded = load.run(Duration.ofMillis(Long.parseLong(line)));
                double seconds = (System.nanoTime() - started) / 1e9;
                System.out.println(ANSWER + succeeded / seconds);
            }
        }
        System.exit(0); // whatever threads a framework leaves behind
    }
}
