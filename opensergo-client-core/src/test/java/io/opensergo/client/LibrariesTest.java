package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.traffic.TrafficLane;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client beside older libraries, which an application has chosen: real ones, each alone. */
class LibrariesTest {

    private static final Path OLD = Path.of("target", "old-libraries");

    /** What runs beside the older libraries, in a class loader of its own. */
    public static final class Program {

        private Program() {}

        /** Follows rules until they are there; returns what went wrong, or nothing. */
        public static String run(String endpoint) throws Exception {
            try (OpenSergoClient client = OpenSergoClients.connect(endpoint)) {
                client.rules(Target.of("shop"), RateLimitStrategy.KIND).subscribe();
                client.rules(Target.of("shop"), TrafficLane.KIND).subscribe();
                client.ready().block(Duration.ofSeconds(100));
                return "";
            } catch (RuntimeException | Error e) {
                return e.toString();
            }
        }
    }

    /** Runs the program with jars in the places of those that the build uses. */
    private static String run(List<Path> jars, List<String> artifacts, String endpoint)
            throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        for (String entry :
                List.of(System.getProperty("java.class.path").split(File.pathSeparator))) {
            String file = Path.of(entry).getFileName().toString();
            if (artifacts.stream().noneMatch(each -> file.matches(each + "-\\d.*\\.jar"))) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        // It stays open: threads of the transport outlive the client and load classes to their end.
        var loader =
                new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        return (String)
                loader.loadClass(Program.class.getName())
                        .getMethod("run", String.class)
                        .invoke(null, endpoint);
    }

    private static String run(String jars, String endpoint) throws Exception {
        List<Path> older =
                Arrays.stream(jars.split(" ")).map(name -> OLD.resolve(name + ".jar")).toList();
        return run(older, older.stream().map(LibrariesTest::artifact).toList(), endpoint);
    }

    private static String artifact(Path jar) {
        return jar.getFileName().toString().replaceFirst("-\\d.*", "");
    }

    @ParameterizedTest
    @CsvSource({
        "protobuf-java-3.25.5, com.google.protobuf:protobuf-java 3.25.5, 4.36.2",
        "protobuf-java-4.32.1, com.google.protobuf:protobuf-java 4.32.1, 4.36.2",
        "grpc-api-1.42.1, io.grpc:grpc-api 1.42.1, 1.85.1",
        "grpc-core-1.80.0, io.grpc:grpc-core 1.80.0, 1.85.1",
        "jackson-databind-2.14.3, com.fasterxml.jackson.core:jackson-databind 2.14.3, 2.15",
        "jackson-core-2.14.3, com.fasterxml.jackson.core:jackson-core 2.14.3, 2.15",
        "reactor-core-3.3.22.RELEASE, io.projectreactor:reactor-core 3.3.22.RELEASE, 3.4.0",
        "slf4j-api-1.6.6, org.slf4j:slf4j-api 1.6.6, 1.7.0",
    })
    void oneThatIsTooOldIsNamedWithItsFileAndWhatIsNeeded(String jar, String found, String minimum)
            throws Exception {
        String problem = run(jar, "localhost:1");

        assertThat(problem)
                .startsWith("io.opensergo.api.ConfigurationException: class path: " + found)
                .contains(jar + ".jar) is older than the " + minimum)
                .contains("opensergo-bom");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "protobuf-java-3.25.5",
                "grpc-api-1.42.1",
                "grpc-core-1.80.0",
                "jackson-core-2.14.3",
                "reactor-core-3.3.22.RELEASE"
            })
    void oneWhoseFileSaysNothingIsFoundByTrial(String jar, @TempDir Path directory)
            throws Exception {
        Path nameless = directory.resolve("library.jar");
        Path old = OLD.resolve(jar + ".jar");
        Files.copy(old, nameless);

        String problem = run(List.of(nameless), List.of(artifact(old)), "localhost:1");

        assertThat(problem)
                .startsWith("io.opensergo.api.ConfigurationException: class path: ")
                .contains(artifact(old) + " (file:")
                .contains("library.jar)")
                .contains("does not fit the ");
    }

    /** As what a tool leaves that takes away what it believes is not used. */
    @Test
    void oneThatLacksAClassIsFoundByTrial(@TempDir Path directory) throws Exception {
        Path core =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .filter(jar -> jar.getFileName().toString().startsWith("grpc-core-"))
                        .findFirst()
                        .orElseThrow();
        Path lacking = Files.copy(core, directory.resolve("library.jar"));
        try (FileSystem jar = FileSystems.newFileSystem(lacking)) {
            Files.delete(
                    jar.getPath(
                            "io/grpc/internal/ClientTransportFactory$ClientTransportOptions.class"));
        }

        String problem = run(List.of(lacking), List.of("grpc-core"), "localhost:1");

        assertThat(problem)
                .startsWith("io.opensergo.api.ConfigurationException: class path: ")
                .contains("io.grpc:grpc-core (file:", "library.jar)")
                .contains("does not fit the ")
                .contains("ClientTransportFactory$ClientTransportOptions");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jackson-core-2.15.4 jackson-databind-2.15.4 jackson-annotations-2.15.4",
                "reactor-core-3.4.0",
                "reactor-core-3.4.38",
                "slf4j-api-1.7.0",
                "slf4j-api-1.7.36"
            })
    void theOldestThatAreNamedWork(String older) throws Exception {
        try (var server = ScriptedControlPlane.start()) {
            var answering =
                    new Thread(
                            () -> {
                                server.stream().answerSubscribe(0, 1);
                                server.stream().answerSubscribe(1, 1);
                            },
                            "answering");
            answering.start();

            assertThat(run(older, server.endpoint())).isEmpty();

            answering.join();
        }
    }

    /** The code that protoc and gRPC generate asks for no older ones than those it is made by. */
    @Test
    void minimaAreTheVersionsThatTheBuildUses() {
        String classPath = System.getProperty("java.class.path");
        Stream.concat(Stream.of(Libraries.PROTOBUF), Libraries.GRPC.stream())
                .forEach(
                        library ->
                                assertThat(classPath)
                                        .contains(
                                                library.artifact()
                                                        + "-"
                                                        + library.minimum()
                                                        + ".jar"));
    }

    @Test
    void versionsAreComparedByTheirNumbers() {
        assertThat(Library.compare("2.9.10", "2.15")).isNegative();
        assertThat(Library.compare("2.15.0", "2.15")).isZero();
        assertThat(Library.compare("2.15.4", "2.15")).isPositive();
        assertThat(Library.compare("4.0.0-RC1", "3.25.5")).isPositive();
        assertThat(Library.compare("1.85.1.Final-redhat-1", "1.85.1")).isPositive();
    }
}
