package io.opensergo.cli;

import io.opensergo.testsupport.JavaCommand;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The command as a process of its own, without a locale, as in a minimal container image. */
record CliProcess(int exitCode, String out, String err) {

    /** Runs the command to its end; what it prints is read as UTF-8. */
    static CliProcess run(Path directory, String... arguments) throws Exception {
        Path out = directory.resolve("stdout");
        Path err = directory.resolve("stderr");
        Process process =
                builder(arguments).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            return new CliProcess(process.waitFor(), read(out), read(err));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    static ProcessBuilder builder(String... arguments) {
        return builder(OpenSergoCommand.class, arguments);
    }

    static ProcessBuilder builder(Class<?> main, String... arguments) {
        ProcessBuilder builder = new JavaCommand().with("-Xmx128m").process(main, arguments);
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_"));
        builder.environment().remove("LANG");
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    /** Bytes that are no UTF-8 become replacement characters, which no test expects. */
    static String read(Path file) throws Exception {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
