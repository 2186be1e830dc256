package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done for ever must leave nothing behind: neither memory nor threads. */
class SoakTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * What collections leave varies by this much; one object a round would be more, in the long
     * tests: 10,000 reconnects that leave 1 KB each leave 10 MB.
     */
    private static final long TOLERANCE = 4 * 1024 * 1024;

    private static final int KEYS = 50;

    private final Generations generations = new Generations(KEYS);
    private ControlPlane controlPlane;
    private FaultProxy proxy;
    private OpenSergoClient client;

    @BeforeEach
    void start() {
        generations.fill();
        controlPlane = ControlPlane.builder().port(0).source(generations.source()).start();
        proxy = FaultProxy.to(controlPlane.port());
    }

    @AfterEach
    void stop() {
        client.close();
        controlPlane.close();
        proxy.close();
    }

    private void connect(Duration grace) {
        client =
                OpenSergoClients.builder()
                        .endpoints(proxy.endpoint())
                        .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
                        .unsubscribeGrace(grace)
                        .build();
        client.rules(target(0), RateLimitStrategy.KIND).subscribe();
        await().atMost(PATIENCE).until(() -> client.state().phase() == Phase.READY);
    }

    private Target target(int number) {
        return generations.keys().get(number).target();
    }

    @Test
    void threeHundredReconnectsLeaveNothingBehind() {
        reconnect(100, 300);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void tenThousandReconnectsLeaveNothingBehind() {
        reconnect(500, 10_000);
    }

    private void reconnect(int warmUp, int rounds) {
        connect(Duration.ofSeconds(1));
        for (int i = 0; i < warmUp; i++) {
            loseConnection();
        }
        long heap = usedHeap();
        int threads = ownThreads();

        for (int i = 0; i < rounds; i++) {
            loseConnection();
        }

        assertNothingLeftBehind(heap, threads);
        assertThat(proxy.accepted()).isGreaterThan(warmUp + rounds);
    }

    /** Resets the connection and waits until the key was asked for on another and answered. */
    private void loseConnection() {
        long lost = proxy.accepted();
        proxy.connections().forEach(ProxiedConnection::reset);
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> proxy.accepted() > lost && client.state().phase() == Phase.READY);
    }

    @Test
    void thousandsOfSubscriptionsLeaveNothingBehind() {
        comeAndGo(Duration.ofSeconds(1), 20_000, 40_000);
    }

    @Test
    void thousandsOfSubscriptionsThatEndAtOnceLeaveNothingBehind() {
        comeAndGo(Duration.ZERO, 5_000, 10_000);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aMillionSubscriptionsLeaveNothingBehind() {
        comeAndGo(Duration.ofSeconds(1), 50_000, 1_000_000);
    }

    @Test
    @Tag("long")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void aMillionSubscriptionsThatEndAtOnceLeaveNothingBehind() {
        comeAndGo(Duration.ZERO, 50_000, 1_000_000);
    }

    private void comeAndGo(Duration grace, int warmUp, int rounds) {
        connect(grace);
        subscribeAndCancel(warmUp);
        long heap = usedHeap();
        int threads = ownThreads();

        subscribeAndCancel(rounds);

        assertNothingLeftBehind(heap, threads);
        await().atMost(PATIENCE).until(() -> subscriptionsAtTheControlPlane() == 1);
    }

    private void subscribeAndCancel(int rounds) {
        for (int i = 0; i < rounds; i++) {
            int key = 1 + i % (KEYS - 1);
            client.rules(target(key), RateLimitStrategy.KIND).subscribe().dispose();
            if (i % 500 == 0) {
                // nobody comes and goes faster than the client takes note of it for ever
                assertThat(client.rules(target(key), RateLimitStrategy.KIND).blockFirst(PATIENCE))
                        .isNotNull();
            }
        }
        assertThat(client.rules(target(1), RateLimitStrategy.KIND).blockFirst(PATIENCE))
                .isNotNull();
    }

    private long subscriptionsAtTheControlPlane() {
        return controlPlane.status().subscribers().stream()
                .mapToLong(stream -> stream.subscriptions().size())
                .sum();
    }

    private static void assertNothingLeftBehind(long heap, int threads) {
        // fewer if at the start some of an earlier test were still on their way out
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(ownThreads()).isLessThanOrEqualTo(threads));
        assertThat(usedHeap() - heap).as("growth of the heap").isLessThan(TOLERANCE);
    }

    @Test
    void closedClientLeavesNoThread() {
        connect(Duration.ofSeconds(1));
        assertThat(threads("opensergo-client-")).isNotEmpty();

        client.close();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(threads("opensergo-client-")).isEmpty());
        controlPlane.close();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(threads("opensergo-control-plane")).isEmpty());
        // gRPC keeps what its channels share for a while
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads("grpc-")).isEmpty());
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    /** Those of Reactor's schedulers come and go as they are needed. */
    private static int ownThreads() {
        return threads("opensergo-").size() + threads("grpc-").size();
    }

    private static long usedHeap() {
        var memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
