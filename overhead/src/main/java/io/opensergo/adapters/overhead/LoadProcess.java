package io.opensergo.adapters.overhead;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.StringTokenizer;
import java.util.concurrent.TimeUnit;

/**
 * A load in a process of its own, which idles between its turns. A line with milliseconds asks it
 * to run for as long; it answers with a line of how it went.
 */
final class LoadProcess implements AutoCloseable {

    private static final String READY = "ready";
    private static final String ANSWER = "turn ";

    /**
     * How a turn went.
     *
     * @param rate requests that succeeded, per second
     * @param cpuNanos processor time of the whole process, per request that succeeded
     */
    record Turn(double rate, double cpuNanos) {}

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
        await(READY); // what starts beside a first turn makes it compile otherwise
    }

    /** Runs the load for a while. */
    Turn run(Duration time) throws IOException {
        requests.println(time.toMillis());
        var answer = new StringTokenizer(await(ANSWER).substring(ANSWER.length()));
        return new Turn(
                Double.parseDouble(answer.nextToken()), Double.parseDouble(answer.nextToken()));
    }

    private String await(String beginning) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(beginning)) {
                return line;
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
            var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            var requests =
                    new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.out.println(READY);
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                long started = System.nanoTime();
                long cpuBefore = system.getProcessCpuTime();
                long succeeded = load.run(Duration.ofMillis(Long.parseLong(line)));
                double seconds = (System.nanoTime() - started) / 1e9;
                double cpuNanos = system.getProcessCpuTime() - cpuBefore;
                System.out.println(ANSWER + succeeded / seconds + " " + cpuNanos / succeeded);
            }
        }
        System.exit(0); // whatever threads a framework leaves behind
    }
}
