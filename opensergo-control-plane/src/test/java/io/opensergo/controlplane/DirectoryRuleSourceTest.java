package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.document;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.TestClient.Stream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory behind a control plane, polled for real. */
class DirectoryRuleSourceTest {

    @TempDir private Path directory;

    @Test
    void servesItsRulesFromTheStartAndAChangeWithinSeconds() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), document("a", 1));
        try (ControlPlane controlPlane = start(DirectoryRuleSource.of(directory));
                var client = new TestClient(controlPlane)) {
            Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
            assertThat(rulesOf(stream.next())).containsExactly(rateLimit("a", 1));

            long before = System.nanoTime();
            Files.writeString(file, document("a", 2));

            assertThat(rulesOf(stream.next())).containsExactly(rateLimit("a", 2));
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void reportsWhatIsWrongUntilItIsMended() throws Exception {
        Path file = Files.writeString(directory.resolve("a.yaml"), "kind: Nonsense\n");
        DirectoryRuleSource source =
                DirectoryRuleSource.of(directory).withPollInterval(Duration.ofMillis(10));
        try (ControlPlane controlPlane = start(source)) {
            assertThat(controlPlane.problems()).isNotEmpty();

            Files.writeString(file, document("a", 1));

            await().until(() -> controlPlane.problems().isEmpty());
        }
    }

    @Test
    void readsAsItsControlPlaneRequires() throws Exception {
        Files.writeString(directory.resolve("key.yaml"), "password: hunter2\n");
        Files.writeString(
                directory.resolve("unbound.yaml"),
                document("a", 1).replaceAll("\\R.*foo-app.*", ""));
        Files.writeString(
                directory.resolve("unknown.yaml"),
                document("b", 1).replace("threshold", "treshold"));

        try (ControlPlane controlPlane = start(DirectoryRuleSource.of(directory))) {
            assertThat(controlPlane.problems())
                    .extracting(Object::toString)
                    .anyMatch(problem -> problem.contains("holds no OpenSergo document"))
                    .anyMatch(problem -> problem.matches(".*unbound.yaml.*app.*"))
                    .anyMatch(problem -> problem.contains("treshold"))
                    .noneMatch(problem -> problem.contains("hunter2"));
        }
    }

    @Test
    void namesADirectoryThatDoesNotExist() {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> start(DirectoryRuleSource.of(missing)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(missing.toString())
                .hasMessageContaining("does not exist");
    }

    @Test
    void namesAFileThatIsNoDirectory() throws Exception {
        Path file = Files.createFile(directory.resolve("a.yaml"));

        assertThatThrownBy(() -> start(DirectoryRuleSource.of(file)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file + " is no directory");
    }

    @Test
    void refusesAnIntervalThatIsNotPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> DirectoryRuleSource.of(directory).withPollInterval(Duration.ZERO));
    }

    @Test
    void servesOneControlPlaneAtATime() {
        DirectoryRuleSource source = DirectoryRuleSource.of(directory);
        try (ControlPlane first = start(source)) {
            assertThat(first.port()).isPositive();
            assertThatIllegalStateException().isThrownBy(() -> start(source));
        }
    }

    @Test
    void endsItsThreadWhenItCloses() {
        DirectoryRuleSource source = DirectoryRuleSource.of(directory);

        start(source).close();
        source.close();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains(directory.toString()));
    }

    private static ControlPlane start(RuleSource source) {
        return ControlPlane.builder().port(0).source(source).start();
    }
}
