package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** How a process ends that runs something until it is told to end. */
class ProcessEndTest {

    /** Runs something, and ends as its argument says. */
    static final class Program {

        private Program() {}

        /** Ends with code 1 if the command fails, as the command line does. */
        public static void main(String[] arguments) throws Exception {
            boolean closes = !arguments[0].equals("cannot close");
            var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
            ProcessEnd end =
                    ProcessEnd.closing(
                            () -> {
                                if (!closes) {
                                    throw new IllegalStateException("cannot close");
                                }
                                out.println("Closed");
                            },
                            out);
            out.println("Running");
            if (arguments[0].equals("fail")) {
                end.commandIsOver();
                System.exit(1);
            }
            new CountDownLatch(1).await();
        }
    }

    private record Ended(int exitCode, List<String> lines) {}

    private static Ended run(String behaviour) throws Exception {
        Process process =
                CliProcess.builder(Program.class, behaviour)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (var out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("Running");
            if (!behaviour.equals("fail")) {
                process.toHandle().destroy(); // which leaves its output to be read
            }
            List<String> lines = out.lines().toList();
            return new Ended(process.waitFor(), lines);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void toBeToldToEndIsSuccess() throws Exception {
        assertThat(run("wait")).isEqualTo(new Ended(0, List.of("Closed", "Ended")));
    }

    @Test
    void exitCodeOfACommandThatFailsStays() throws Exception {
        assertThat(run("fail")).isEqualTo(new Ended(1, List.of("Closed", "Ended")));
    }

    @Test
    void failureToCloseIsAFailure() throws Exception {
        assertThat(run("cannot close")).isEqualTo(new Ended(1, List.of()));
    }
}
