package io.opensergo.classpath;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Jars to make class paths of: those of this process, and older ones that the build has copied. */
final class Libraries {

    /** What an application gets with the client and the governor, but for what has versions. */
    private static final String OURS =
            "opensergo-(client-reactive|governance|api|rules|rule-files)-.*|jspecify-.*|re2j-.*"
                    + "|snakeyaml-\\d.*|reactive-streams-.*|slf4j-simple-.*";

    static final String JACKSON =
            "jackson-(core|databind|annotations|dataformat-yaml)-2.*|jackson-annotations-.*";

    static final String JACKSON_3 = "jackson-(core|databind)-3.*";

    static final String REACTOR = "reactor-core-.*";

    static final String SLF4J = "slf4j-api-.*";

    /** What any gRPC needs besides. */
    static final String NEEDED_BY_GRPC = "(guava|failureaccess|gson|perfmark-api)-.*";

    private Libraries() {}

    static List<Path> ours() {
        return ofThisProcess(OURS);
    }

    /** Returns the jars whose names match, of which there is one at least. */
    static List<Path> ofThisProcess(String names) {
        Pattern pattern = Pattern.compile("(" + names + ")\\.jar");
        List<Path> found =
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .filter(jar -> pattern.matcher(jar.getFileName().toString()).matches())
                        .toList();
        if (found.isEmpty()) {
            throw new IllegalStateException("no " + names + " on the class path");
        }
        return found;
    }

    /** Returns the jars of a directory that the build has filled. */
    static List<Path> copied(String directory) {
        try (Stream<Path> files = Files.list(Path.of("target", "libraries", directory))) {
            return files.sorted().map(Path::toAbsolutePath).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the compiled programs of this module. */
    static Path programs() {
        return Path.of("target", "test-classes").toAbsolutePath();
    }
}
