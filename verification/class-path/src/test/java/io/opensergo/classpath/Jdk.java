package io.opensergo.classpath;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An installed JDK.
 *
 * @param home where it is
 * @param version its feature version
 */
record Jdk(Path home, int version) {

    private static final int OLDEST = 17;
    private static final int VIRTUAL_THREADS = 21;

    static Jdk current() {
        return new Jdk(Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    /** Returns the one that runs this, and one of each other version installed beside it. */
    static Collection<Jdk> installed() {
        var byVersion = new TreeMap<Integer, Jdk>();
        byVersion.put(current().version(), current());
        try (Stream<Path> homes = Files.list(current().home().getParent())) {
            homes.filter(home -> Files.isRegularFile(home.resolve("release")))
                    .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .map(home -> new Jdk(home, feature(home.resolve("release"))))
                    .filter(jdk -> jdk.version() >= OLDEST)
                    .forEach(jdk -> byVersion.putIfAbsent(jdk.version(), jdk));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return byVersion.values();
    }

    private static int feature(Path release) {
        var properties = new Properties();
        try (InputStream in = Files.newInputStream(release)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = properties.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
        return Runtime.Version.parse(version).feature();
    }

    boolean hasVirtualThreads() {
        return version >= VIRTUAL_THREADS;
    }

    Path java() {
        return home.resolve("bin").resolve("java");
    }
}
