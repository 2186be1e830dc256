package io.opensergo.classpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The published client beside libraries of an application: each cell is a process that connects by
 * TLS, obeys a rule, and uses its own libraries.
 *
 * <p>A build runs a few cells; {@code -Dclasspath.matrix=all} runs all, on each JDK that is
 * installed beside the one that runs the build.
 */
class ClassPathMatrixTest {

    private static final List<String> GRPC = List.of("1.60", "1.76", "1.84");
    private static final List<String> PROTOBUF = List.of("3.21", "3.25", "4.33");
    private static final List<String> REACTOR = List.of("3.6", "3.7", "newest");
    private static final List<String> JACKSON = List.of("2.15", "newest");

    @TempDir static Path directory;

    private static SecureControlPlane controlPlane;

    @BeforeAll
    static void startControlPlane() throws Exception {
        controlPlane = SecureControlPlane.start(directory);
    }

    @AfterAll
    static void stopControlPlane() {
        controlPlane.close();
    }

    static Stream<Cell> cells() {
        return System.getProperty("classpath.matrix").equals("all") ? all() : few();
    }

    private static Stream<Cell> few() {
        Stream<Cell> here =
                Stream.of(
                        Cell.plain(),
                        Cell.plain()
                                .withGrpc("1.60", "3.21")
                                .withReactor("3.6")
                                .withJackson("2.15")
                                .withMutualTls(),
                        Cell.plain().withGrpc("1.76", "3.25").withReactor("3.7"),
                        Cell.plain().withGrpc("1.84", "4.33").withJackson3());
        Stream<Cell> newer =
                Jdk.installed().stream()
                        .filter(Jdk::hasVirtualThreads)
                        .filter(jdk -> !jdk.equals(Jdk.current()))
                        .map(jdk -> Cell.plain().on(jdk));
        return Stream.concat(here, newer);
    }

    private static Stream<Cell> all() {
        List<Cell> cells = new ArrayList<>();
        for (Jdk jdk : Jdk.installed()) {
            Cell plain = Cell.plain().on(jdk);
            cells.add(plain);
            cells.add(plain.withMutualTls());
            for (String grpc : GRPC) {
                for (String protobuf : PROTOBUF) {
                    cells.add(plain.withGrpc(grpc, protobuf));
                }
                cells.add(plain.withGrpc(grpc, "4.33").withMutualTls());
            }
            for (String reactor : REACTOR) {
                for (String jackson : JACKSON) {
                    cells.add(plain.withReactor(reactor).withJackson(jackson));
                }
                // It shares annotations with Jackson 2, and needs those of a new one.
                cells.add(plain.withReactor(reactor).withJackson3());
            }
        }
        return cells.stream();
    }

    private static Forked run(Cell cell) throws Exception {
        int port = cell.mutualTls() ? controlPlane.mutualTls().port() : controlPlane.tls().port();
        List<String> arguments = new ArrayList<>();
        arguments.add("-Xshare:auto");
        arguments.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        arguments.add("-cp");
        arguments.add(
                cell.classPath().stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)));
        arguments.add(Application.class.getName());
        arguments.add("localhost:" + port);
        arguments.add(controlPlane.certificate().toString());
        arguments.add(cell.mutualTls() ? controlPlane.certificate().toString() : "-");
        arguments.add(cell.mutualTls() ? controlPlane.key().toString() : "-");
        arguments.addAll(cell.wanted());
        return Forked.run(cell.jdk().java(), arguments, directory);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void connectsByTlsAndAppliesARuleBesideTheApplicationsOwnLibraries(Cell cell) throws Exception {
        Forked forked = run(cell);

        List<String> expected = new ArrayList<>();
        expected.add("first: admitted");
        expected.add("second: refused by orders-per-hour");
        if (cell.hasGrpc()) {
            expected.add("own gRPC: serving");
        }
        if (cell.hasProtobuf()) {
            expected.add("own protobuf: text");
        }
        if (cell.jackson3()) {
            expected.add("own Jackson 3: \"text\"");
        }
        assertThat(forked.exitCode()).as(forked.output()).isZero();
        assertThat(forked.output().lines()).containsAll(expected);
        assertThat(forked.output())
                .doesNotContain("NoClassDefFoundError", "NoSuchMethodError", "LinkageError");
    }

    /** Natives are found by their new names; they are there for 64 bits of Intel and of ARM. */
    @Test
    void usesTheNativeTransportAndTlsOnLinux() throws Exception {
        assumeTrue(System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux"));

        assertThat(run(Cell.plain()).output().lines()).contains("transport: epoll", "TLS: native");
    }

    @ParameterizedTest
    @CsvSource({
        "jackson, 2.14, com.fasterxml.jackson.core:jackson-core 2.14.3, 2.15",
        "reactor, 3.3, io.projectreactor:reactor-core 3.3.22.RELEASE, 3.4.0",
        "slf4j, 1.6, org.slf4j:slf4j-api 1.6.6, 1.7.0",
    })
    void aLibraryThatIsTooOldIsNamedWithWhatIsNeeded(
            String library, String version, String found, String minimum) throws Exception {
        Cell cell =
                switch (library) {
                    case "jackson" -> Cell.plain().withJackson(version);
                    case "reactor" -> Cell.plain().withReactor(version);
                    default -> Cell.plain().withSlf4j(version);
                };

        Forked forked = run(cell);

        assertThat(forked.exitCode()).isNotZero();
        assertThat(forked.output())
                .contains("io.opensergo.api.ConfigurationException: class path: " + found)
                .contains("is older than the " + minimum);
    }
}
