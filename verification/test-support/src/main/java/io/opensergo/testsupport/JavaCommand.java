package io.opensergo.testsupport;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a Java program that a test runs in a process of its own. */
public final class JavaCommand {

    /** Options of a process that lives for seconds, in which better code does not pay off. */
    public static final List<String> SHORT_LIVED =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final List<String> options = new ArrayList<>(SHORT_LIVED);
    private String classPath = System.getProperty("java.class.path");

    /** Makes a command with the class path and the JVM of the test. */
    public JavaCommand() {}

    /** Adds options of the JVM. */
    public JavaCommand with(String... more) {
        options.addAll(List.of(more));
        return this;
    }

    /** Sets another class path than that of the test. */
    public JavaCommand withClassPath(String other) {
        classPath = other;
        return this;
    }

    /** Returns the process that runs a class, before its start. */
    public ProcessBuilder process(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
