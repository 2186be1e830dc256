package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.InMemoryRuleSource;
import io.opensergo.controlplane.SubscriberStatus;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that become too old are ended, and nobody who behaves misses a thing. */
class ConnectionAgeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InMemoryRuleSource rules = new InMemoryRuleSource();
    private ControlPlane controlPlane;

    @BeforeEach
    void start() {
        controlPlane =
                ControlPlane.builder()
                        .port(0)
                        .maxConnectionAge(Duration.ofSeconds(1), Duration.ofMillis(500))
                        .source(rules)
                        .start();
    }

    @AfterEach
    void stop() {
        controlPlane.close();
    }

    @Test
    void clientComesAgainAndMissesNoUpdate() {
        var seen = new AtomicLong();
        Set<String> connections = new HashSet<>();
        try (OpenSergoClient client =
                OpenSergoClients.builder()
                        .endpoints("127.0.0.1:" + controlPlane.port())
                        .backoff(Duration.ofMillis(10), Duration.ofMillis(100))
                        .build()) {
            client.rules(Target.of("shop"), RateLimitStrategy.KIND)
                    .subscribe(
                            snapshot ->
                                    snapshot.rules().forEach(rule -> seen.set(rule.threshold())));

            for (long update = 1; connections.size() < 4; update++) {
                long expected = update;
                rules.put(rule(expected));
                await().atMost(PATIENCE).until(() -> seen.get() == expected);
                controlPlane.status().subscribers().stream()
                        .map(SubscriberStatus::remoteAddress)
                        .forEach(connections::add);
            }
        }
    }

    @Test
    void peerThatStaysIsCutAfterTheGrace() throws IOException {
        try (RawHttp2 peer = RawHttp2.connect(controlPlane.port())) {
            peer.open(RawHttp2.SUBSCRIBE);
            peer.flush();
            await().atMost(PATIENCE).until(() -> controlPlane.status().subscribers().size() == 1);

            await().atMost(PATIENCE).until(peer::isClosed);

            await().atMost(PATIENCE).until(() -> controlPlane.status().openCalls() == 0);
            assertThat(controlPlane.status().subscribers()).isEmpty();
        }
    }

    private static RateLimitStrategy rule(long threshold) {
        return RateLimitStrategy.builder(Metadata.of("default", "shop", "limit"))
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }
}
