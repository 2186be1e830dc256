package io.opensergo.grpc;

import static io.opensergo.grpc.World.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opensergo.api.ConfigurationException;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.testsupport.Documents;
import io.opensergo.testsupport.JavaCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an application gets when it starts, and when the control plane dies and comes back. */
class StartTest {

    private static final String[] NONE_ALLOWED = {
        Documents.rateLimit("none", 0, 1),
        Documents.rule("shop.Prices/Get", "RateLimitStrategy", "none")
    };

    private final InMemoryRuleSource rules = new InMemoryRuleSource();

    @Test
    void withoutASettingNothingIsGoverned() {
        try (OpenSergoGrpc openSergo = OpenSergoGrpc.fromEnvironment("shop")) {
            assertThat(openSergo.governor().ready().blockOptional(PATIENCE)).isEmpty();
            assertThat(openSergo.governor().plan().resources()).isEmpty();
            openSergo.close();
        }
    }

    @Test
    void aMalformedSettingIsAnErrorThatNamesIt() {
        assertThatThrownBy(
                        () ->
                                OpenSergoGrpc.builder("shop")
                                        .client(client -> client.endpoints("no port:x"))
                                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("endpoint");
    }

    @Test
    void rulesStayWhileTheControlPlaneIsDeadAndChangeWhenItIsBack() throws Exception {
        ControlPlane before = ControlPlane.builder().port(0).source(rules).start();
        int port = before.port();
        rules.put(World.read(NONE_ALLOWED));
        try (OpenSergoGrpc openSergo = OpenSergoGrpc.builder("shop").client(to(port)).build()) {
            Server server =
                    openSergo
                            .govern(ServerBuilder.forPort(0))
                            .addService(new Prices("prices").definition())
                            .build()
                            .start();
            ManagedChannel channel =
                    ManagedChannelBuilder.forAddress("localhost", server.getPort())
                            .usePlaintext()
                            .build();
            awaitCode(channel, Status.Code.RESOURCE_EXHAUSTED);

            before.close();

            for (int i = 0; i < 20; i++) {
                assertThat(code(channel)).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            }

            rules.replaceAll(List.of());
            try (ControlPlane after = ControlPlane.builder().port(port).source(rules).start()) {
                awaitCode(channel, Status.Code.OK);
                assertThat(after.port()).isEqualTo(port);
            }
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    @Test
    void theEnvironmentOfAProcessAndOneLineAreEnough(@TempDir Path directory) throws Exception {
        rules.put(
                World.read(
                        Documents.rateLimit("two", 2, 600),
                        Documents.rule("shop.Prices/Get", "RateLimitStrategy", "two")));
        try (ControlPlane controlPlane = ControlPlane.builder().port(0).source(rules).start()) {
            Path log = directory.resolve("output.txt");
            ProcessBuilder builder =
                    new JavaCommand()
                            .process(Application.class)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile());
            builder.environment()
                    .put(
                            "OPENSERGO_BOOTSTRAP_CONFIG",
                            "{\"endpoint\":\"localhost:%d\",\"app\":\"shop\"}"
                                    .formatted(controlPlane.port()));
            Process process = builder.start();
            try {
                boolean ended = process.waitFor(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
                String output = Files.readString(log);
                assertThat(ended).as(output).isTrue();
                assertThat(output).contains("passed {INBOUND=2, OUTBOUND=2}");
                assertThat(process.exitValue()).as(output).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /** An application that names no control plane, and governs no builder by itself. */
    static final class Application {

        private Application() {}

        public static void main(String[] arguments) throws Exception {
            OpenSergoGrpc openSergo = OpenSergoGrpc.fromEnvironment("by another name");
            openSergo.governAll();
            openSergo.governor().ready().block(PATIENCE);
            Server server =
                    openSergo
                            .govern(ServerBuilder.forPort(0)) // twice is once
                            .addService(new Prices("prices").definition())
                            .build()
                            .start();
            ManagedChannel channel =
                    ManagedChannelBuilder.forAddress("localhost", server.getPort())
                            .usePlaintext()
                            .build();

            awaitCode(channel, Status.Code.RESOURCE_EXHAUSTED);

            System.out.println("passed " + passed(openSergo));
            channel.shutdownNow();
            server.shutdownNow();
            openSergo.close();
        }
    }

    private static Map<TrafficDirection, Long> passed(OpenSergoGrpc openSergo) {
        return new TreeMap<>(
                openSergo.governor().stats().stream()
                        .collect(
                                Collectors.toMap(ResourceStats::direction, ResourceStats::passed)));
    }

    private static Consumer<OpenSergoClientBuilder> to(int port) {
        return client ->
                client.endpoints("localhost:" + port)
                        .backoff(Duration.ofMillis(20), Duration.ofMillis(100))
                        .settleTime(Duration.ZERO)
                        .answerTimeout(Duration.ofMillis(500));
    }

    private static void awaitCode(Channel channel, Status.Code expected) {
        await().atMost(PATIENCE).until(() -> code(channel) == expected);
    }

    private static Status.Code code(Channel channel) {
        try {
            World.get(channel, "");
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }
}
