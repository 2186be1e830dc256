package io.opensergo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.rules.document.RuleReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output is UTF-8 where no locale is set: each command in a process of its own. */
class Utf8StreamsTest {

    private static final String NAME = "限流-größe-🚦";
    private static final String RULE =
            """
            apiVersion: fault-tolerance.opensergo.io/v1alpha1
            kind: RateLimitStrategy
            metadata: {name: %s, labels: {app: shop}}
            spec: {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1}
            """
                    .formatted(NAME);

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"json", "text"})
    void watchPrintsNamesAsTheyAre(String output) throws Exception {
        var rules = new InMemoryRuleSource();
        rules.put(RuleReader.strict().read(RULE, "test").orThrow());
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
            String line =
                    "watch --app shop --kind RateLimitStrategy --for 0.1s --timeout 100s --endpoint"
                            + " localhost:"
                            + controlPlane.port()
                            + " --output "
                            + output;

            CliProcess watch = CliProcess.run(directory, line.split(" "));

            assertThat(watch.out()).contains(NAME);
            assertThat(watch.exitCode()).isZero();
        }
    }

    @Test
    void validateReadsAndReportsTextAsItIs() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("a.yaml"),
                        RULE.replace("Local", "Größe") + "---\n" + RULE + "---\n" + RULE);

        CliProcess validate = CliProcess.run(directory, "validate", file.toString());

        assertThat(validate.err()).contains("Größe").contains("default/" + NAME);
        assertThat(validate.exitCode()).isEqualTo(1);
    }

    @Test
    void theLogOfServeHasTextAsItIs() throws Exception {
        Path rules = Files.createDirectory(directory.resolve("rules"));
        Files.writeString(rules.resolve("a.yaml"), RULE.replace("Local", "Größe"));
        Path log = directory.resolve("log");
        Process serve =
                CliProcess.builder("serve", "--rules", rules.toString(), "--port", "0")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            await().atMost(Duration.ofSeconds(100))
                    .until(() -> CliProcess.read(log).contains("Größe") || !serve.isAlive());
            assertThat(CliProcess.read(log)).contains("Größe");
        } finally {
            serve.destroyForcibly().waitFor();
        }
    }
}
