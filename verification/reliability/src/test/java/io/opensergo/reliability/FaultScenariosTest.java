package io.opensergo.reliability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.client.OpenSergoClientBuilder;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.controlplane.SubscriberStatus;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each fault on its own, between one real client and a real control plane: the last rules stay in
 * force, the client comes back, gets what it missed, and says nothing twice.
 */
class FaultScenariosTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Generations generations = new Generations(3);
    private final Random random = new Random(20261125);
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final List<SnapshotWatch> watches = new ArrayList<>();
    private final AtomicInteger snapshots = new AtomicInteger();
    private ControlPlane controlPlane;
    private FaultProxy proxy;
    private OpenSergoClient client;

    @BeforeEach
    void start() {
        generations.fill();
        controlPlane = ControlPlane.builder().port(0).source(generations.source()).start();
        proxy = FaultProxy.to(controlPlane.port());
        client = clientOf(proxy.endpoint()).build();
    }

    @AfterEach
    void stopAndCheckInvariants() {
        client.close();
        controlPlane.close();
        proxy.close();
        assertThat(violations).isEmpty();
    }

    private static OpenSergoClientBuilder clientOf(String endpoint) {
        return OpenSergoClients.builder()
                .endpoints(endpoint)
                .backoff(Duration.ofMillis(20), Duration.ofMillis(100))
                .connectTimeout(Duration.ofMillis(500));
    }

    private void subscribe() {
        for (Generations.Key key : generations.keys()) {
            var watch = new SnapshotWatch("client", key, violations::add);
            watches.add(watch);
            client.rules(key.target(), RateLimitStrategy.KIND)
                    .doOnNext(snapshot -> snapshots.incrementAndGet())
                    .subscribe(watch::accept, watch::ended);
        }
        awaitUpToDate();
    }

    private void awaitUpToDate() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(watches).allMatch(SnapshotWatch::isUpToDate));
    }

    private void awaitPhase(Phase phase) {
        await().atMost(PATIENCE).until(() -> client.state().phase() == phase);
    }

    private void changeEverything() {
        var latest = generations.keys().stream().mapToLong(Generations.Key::latest).toArray();
        while (unchanged(latest)) {
            generations.change(random);
        }
    }

    private boolean unchanged(long[] latest) {
        for (int i = 0; i < latest.length; i++) {
            if (generations.keys().get(i).latest() == latest[i]) {
                return true;
            }
        }
        return false;
    }

    private ProxiedConnection connection() {
        return proxy.connections().get(0);
    }

    /** Breaks the connection, changes the rules meanwhile, and waits until all is well again. */
    private void survive(Consumer<ProxiedConnection> fault) {
        subscribe();
        long accepted = proxy.accepted();
        proxy.refuse();
        fault.accept(connection());
        // whatever happens to a connection shows when something is sent
        changeEverything();
        awaitPhase(Phase.RECOVERING);
        assertThat(watches).noneMatch(watch -> watch.toString().endsWith("nothing"));

        proxy.resume();

        awaitUpToDate();
        awaitPhase(Phase.READY);
        assertThat(proxy.accepted()).isGreaterThan(accepted);
    }

    @Test
    void survivesACut() {
        survive(ProxiedConnection::cut);
    }

    @Test
    void survivesAReset() {
        survive(ProxiedConnection::reset);
    }

    /** A truncation may end within an HTTP/2 frame, or within a message of several frames. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 9, 10, 100})
    void survivesATruncatedPush(int bytes) {
        survive(connection -> connection.truncateAfter(Direction.DOWNSTREAM, bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 30})
    void survivesATruncatedAcknowledgement(int bytes) {
        survive(connection -> connection.truncateAfter(Direction.UPSTREAM, bytes));
    }

    @Test
    void survivesACutInTheMiddleOfTheFirstAnswer() {
        try (var mean =
                        FaultProxy.to(
                                controlPlane.port(),
                                connection -> {
                                    if (connection.number() < 30) {
                                        connection.truncateAfter(
                                                Direction.DOWNSTREAM, connection.number() * 20);
                                    }
                                });
                var stubborn = clientOf(mean.endpoint()).build()) {
            client.close();
            client = stubborn;

            subscribe();

            assertThat(mean.accepted()).isGreaterThan(3);
        }
    }

    @Test
    void connectionLostWithoutAnyChangeIsNotASignal() {
        subscribe();
        int before = snapshots.get();

        for (int i = 0; i < 5; i++) {
            long accepted = proxy.accepted();
            connection().reset();
            await().atMost(PATIENCE).until(() -> proxy.accepted() > accepted);
            awaitAcknowledged();
        }

        assertThat(snapshots.get()).isEqualTo(before);
    }

    /** Waits until the control plane has one stream and an answer to all that it sent there. */
    private void awaitAcknowledged() {
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            List<SubscriberStatus> streams = controlPlane.status().subscribers();
                            return streams.size() == 1
                                    && streams.get(0).subscriptions().size() == watches.size()
                                    && streams.get(0).subscriptions().stream()
                                            .allMatch(
                                                    each ->
                                                            each.sentVersion() > 0
                                                                    && each.ackedVersion()
                                                                            == each.sentVersion());
                        });
    }

    @ParameterizedTest
    @EnumSource
    void latencyDelaysAndLosesNothing(Direction direction) {
        subscribe();
        connection().latency(direction, Duration.ofMillis(200));
        long accepted = proxy.accepted();

        for (int i = 0; i < 20; i++) {
            changeEverything();
        }

        awaitUpToDate();
        assertThat(proxy.accepted()).isEqualTo(accepted);
    }

    @ParameterizedTest
    @EnumSource
    void dripDelaysAndLosesNothing(Direction direction) {
        subscribe();
        connection().drip(direction, 64, Duration.ofMillis(1));
        long accepted = proxy.accepted();

        for (int i = 0; i < 20; i++) {
            changeEverything();
        }

        awaitUpToDate();
        assertThat(proxy.accepted()).isEqualTo(accepted);
    }

    @Test
    void rulesStayInForceWhileNobodyListens() {
        subscribe();
        proxy.refuse();
        connection().reset();
        awaitPhase(Phase.RECOVERING);

        RateLimitStrategy first =
                client.rules(generations.keys().get(0).target(), RateLimitStrategy.KIND)
                        .blockFirst(PATIENCE)
                        .rules()
                        .get(0);

        assertThat(first).isEqualTo(generations.keys().get(0).rules().get(0));
        assertThat(client.state().cause()).isNotNull();
        proxy.resume();
        awaitPhase(Phase.READY);
        awaitUpToDate();
    }

    @Test
    void connectionThatIsSilentFromItsStartIsGivenUp() {
        proxy.close();
        client.close();
        proxy =
                FaultProxy.to(
                        controlPlane.port(),
                        connection -> {
                            if (connection.number() == 1) {
                                connection.goSilent();
                            }
                        });
        client = clientOf(proxy.endpoint()).build();

        subscribe();

        assertThat(proxy.accepted()).isGreaterThan(1);
    }

    @Test
    void restartOfTheControlPlaneUnderARainOfChangesLosesNothing() {
        int port = Ports.free();
        controlPlane.close();
        controlPlane = ControlPlane.builder().port(port).source(generations.source()).start();
        client.close();
        client = clientOf("127.0.0.1:" + port).build();
        subscribe();

        for (int i = 0; i < 5; i++) {
            changeEverything();
            controlPlane.close();
            changeEverything();
            controlPlane = ControlPlane.builder().port(port).source(generations.source()).start();
            changeEverything();
        }

        awaitUpToDate();
    }

    @Test
    @Tag("long")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void halfOpenConnectionIsFoundByKeepalive() {
        client.close();
        // gRPC does not ping more often than each 10 s
        client =
                clientOf(proxy.endpoint())
                        .keepAlive(Duration.ofSeconds(10), Duration.ofSeconds(3))
                        .build();
        subscribe();
        ProxiedConnection halfOpen =
                proxy.connections().stream().reduce((one, other) -> other).orElseThrow();
        long start = System.nanoTime();

        halfOpen.goSilent();
        changeEverything();

        await().atMost(Duration.ofMinutes(1)).until(() -> !halfOpen.isOpen());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        awaitUpToDate();
    }

    @Test
    @Tag("long")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void halfOpenConnectionIsFoundWithinThirtySecondsByDefault() {
        subscribe();
        ProxiedConnection halfOpen = connection();
        long start = System.nanoTime();

        halfOpen.goSilent();
        changeEverything();

        await().atMost(Duration.ofMinutes(1)).until(() -> !halfOpen.isOpen());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        awaitUpToDate();
    }
}
