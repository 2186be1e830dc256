package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is killed with signal 9 and comes back, as a process that runs out of memory does.
 */
class KilledServerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Target SHOP = Target.of("shop");

    @TempDir private Path directory;

    private void write(long threshold) throws IOException {
        var rule =
                RateLimitStrategy.builder(Metadata.of("default", "shop", "limit"))
                        .threshold(threshold)
                        .statDuration(Duration.ofSeconds(1))
                        .build();
        Files.writeString(directory.resolve("limit.yaml"), RuleWriter.toYaml(rule));
    }

    private static List<Long> thresholds(List<RuleSnapshot<RateLimitStrategy>> seen) {
        return seen.stream().map(snapshot -> snapshot.rules().get(0).threshold()).toList();
    }

    @Test
    void rulesStayInForceAndThoseOfTheNextServerAreTaken() throws IOException {
        int port = Ports.free();
        write(1);
        List<RuleSnapshot<RateLimitStrategy>> seen = new CopyOnWriteArrayList<>();
        ServerProcess first = ServerProcess.start(directory, port);
        try (OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints("127.0.0.1:" + port)
                        .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
                        .build()) {
            client.rules(SHOP, RateLimitStrategy.KIND).subscribe(seen::add);
            await().atMost(PATIENCE).until(() -> seen.size() == 1);

            first.kill();
            await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.RECOVERING);
            write(2);
            assertThat(client.rules(SHOP, RateLimitStrategy.KIND).blockFirst(PATIENCE))
                    .isEqualTo(seen.get(0));

            try (var second = ServerProcess.start(directory, port)) {
                await().atMost(PATIENCE).until(() -> seen.size() == 2);
                second.kill();
                await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.RECOVERING);
            }
            try (var third = ServerProcess.start(directory, port)) {
                await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
                write(3);
                await().atMost(PATIENCE).until(() -> seen.size() == 3);
                assertThat(third.port()).isEqualTo(port);
            }
        } finally {
            first.close();
        }
        assertThat(thresholds(seen)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void serverThatCannotStartSaysWhy() {
        Path missing = directory.resolve("missing");

        assertThatThrownBy(() -> ServerProcess.start(missing, Ports.free()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("missing");
    }
}
