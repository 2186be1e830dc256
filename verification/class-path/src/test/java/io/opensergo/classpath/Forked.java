package io.opensergo.classpath;

import io.opensergo.testsupport.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a process that has ended has left.
 *
 * @param exitCode its exit code
 * @param output what it has written, errors too
 */
record Forked(int exitCode, String output) {

    private static final int PATIENCE_SECONDS = 90;

    /** Runs a program to its end. */
    static Forked run(Path java, List<String> arguments, Path directory)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        command.addAll(JavaCommand.SHORT_LIVED);
        command.addAll(arguments);
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("no end of " + command + ": " + Files.readString(output));
            }
            return new Forked(process.exitValue(), Files.readString(output));
        } finally {
            process.destroyForcibly();
        }
    }
}
