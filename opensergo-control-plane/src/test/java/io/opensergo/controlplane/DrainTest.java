package io.opensergo.controlplane;

import static io.opensergo.controlplane.TestClient.rulesOf;
import static io.opensergo.controlplane.TestClient.versionOf;
import static io.opensergo.testsupport.RateLimits.RATE_LIMIT;
import static io.opensergo.testsupport.RateLimits.rateLimit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.TestClient.Stream;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.RateLimits;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a control plane ends, and what its clients have of it. */
class DrainTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void clientThatIsBehindGetsWhatIsDueBeforeItsStreamIsCompleted() throws Exception {
        var rules = new InMemoryRuleSource();
        ControlPlane controlPlane = builder(rules).start();
        try (var client = new TestClient(controlPlane)) {
            Stream slow = client.openWithoutReading().subscribe("foo-app", RATE_LIMIT);
            await().atMost(PATIENCE).until(() -> !controlPlane.status().subscribers().isEmpty());
            for (int change = 1; change <= 100; change++) {
                rules.replaceAll(manyRules(change));
            }

            CompletableFuture<Void> closed = CompletableFuture.runAsync(controlPlane::close);
            await().atMost(PATIENCE).until(() -> !accepts(controlPlane.port()));
            assertThat(slow.end()).isNotDone();
            slow.read(1000);

            SubscribeResponse last = null;
            for (SubscribeResponse push = slow.nextOrEnd(); push != null; push = slow.nextOrEnd()) {
                last = push;
            }
            assertThat(slow.end()).succeedsWithin(PATIENCE);
            assertThat(last).isNotNull();
            assertThat(rulesOf(last).get(0).threshold()).isEqualTo(100);
            assertThat(closed).succeedsWithin(PATIENCE);
        }
    }

    @Test
    void watcherOfItsHealthIsToldThatItServesNoLonger() throws Exception {
        List<ServingStatus> seen = new CopyOnWriteArrayList<>();
        ControlPlane controlPlane =
                ControlPlane.builder().port(0).drainTimeout(Duration.ofMillis(500)).start();
        try (var client = new TestClient(controlPlane)) {
            HealthGrpc.newStub(client.channel())
                    .watch(HealthCheckRequest.getDefaultInstance(), new Watcher(seen));
            await().atMost(PATIENCE).until(() -> seen.contains(ServingStatus.SERVING));

            controlPlane.close();

            await().atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThat(seen)
                                            .containsExactly(
                                                    ServingStatus.SERVING,
                                                    ServingStatus.NOT_SERVING));
        }
    }

    @Test
    void restartsWhileRulesChangeLoseNoUpdateAndNeverGoBack(@TempDir Path temp) throws Exception {
        Path directory = Files.createDirectory(temp.resolve("rules"));
        save(temp, 0);
        ControlPlane controlPlane = start(directory, 0);
        int port = controlPlane.port();
        List<RuleSnapshot<RateLimitStrategy>> snapshots = new CopyOnWriteArrayList<>();
        List<SubscribeResponse> pushes = new CopyOnWriteArrayList<>();
        int threshold = 0;
        try (OpenSergoClient real =
                        OpenSergoClients.builder()
                                .endpoints("localhost:" + port)
                                .backoff(Duration.ofMillis(5), Duration.ofMillis(50))
                                .build();
                var follower = new Follower(port, pushes)) {
            real.rules(Target.of("foo-app"), RateLimitStrategy.KIND).subscribe(snapshots::add);
            follower.start();
            for (int restart = 0; restart < 5; restart++) {
                int seen = threshold;
                await().atMost(PATIENCE).until(() -> thresholdOf(pushes) >= seen);
                save(temp, ++threshold);
                CompletableFuture<Void> closed = CompletableFuture.runAsync(controlPlane::close);
                while (!closed.isDone()) {
                    save(temp, ++threshold);
                }
                closed.join();
                save(temp, ++threshold);
                controlPlane = start(directory, port);
                save(temp, ++threshold);
            }

            int last = threshold;
            await().atMost(PATIENCE).until(() -> thresholdOf(pushes) == last);
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    snapshots.get(snapshots.size() - 1).rules().get(0).threshold()
                                            == last);
            assertThat(pushes.stream().map(TestClient::versionOf).toList()).isSorted();
            assertThat(pushes.stream().map(push -> rulesOf(push).get(0).threshold()).toList())
                    .isSorted();
            assertThat(snapshots).allMatch(snapshot -> snapshot.rules().size() == 1);
            assertThat(versionOf(pushes.get(pushes.size() - 1)))
                    .isEqualTo(controlPlane.status().revision());
        } finally {
            controlPlane.close();
        }
    }

    private static long thresholdOf(List<SubscribeResponse> pushes) {
        return pushes.isEmpty() ? -1 : rulesOf(pushes.get(pushes.size() - 1)).get(0).threshold();
    }

    private static void save(Path temp, int threshold) throws Exception {
        Path draft = Files.writeString(temp.resolve("draft"), RateLimits.document("a", threshold));
        Files.move(
                draft,
                temp.resolve("rules").resolve("a.yaml"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static ControlPlane start(Path directory, int port) {
        return ControlPlane.builder()
                .port(port)
                .source(DirectoryRuleSource.of(directory).withPollInterval(Duration.ofMillis(10)))
                .start();
    }

    private static ControlPlaneBuilder builder(RuleSource source) {
        return ControlPlane.builder().port(0).source(source).drainTimeout(PATIENCE);
    }

    private static boolean accepts(int port) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }

    private static List<Rule> manyRules(long threshold) {
        return IntStream.range(0, 2000)
                .mapToObj(i -> (Rule) rateLimit("rule-" + i, threshold))
                .toList();
    }

    /** A client of the raw protocol that opens another stream whenever one ends. */
    private static final class Follower implements AutoCloseable {

        private final TestClient client;
        private final List<SubscribeResponse> pushes;
        private final Thread thread = new Thread(this::follow, "follower");
        private volatile boolean closed;

        Follower(int port, List<SubscribeResponse> pushes) {
            this.client = new TestClient(port);
            this.pushes = pushes;
        }

        void start() {
            thread.start();
        }

        private void follow() {
            try {
                while (!closed) {
                    Stream stream = client.open().subscribe("foo-app", RATE_LIMIT);
                    client.channel().resetConnectBackoff();
                    for (SubscribeResponse push = stream.nextOrEnd();
                            push != null;
                            push = stream.nextOrEnd()) {
                        pushes.add(push);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws InterruptedException {
            closed = true;
            client.close();
            thread.join();
        }
    }

    /** Takes what the health service says. */
    private record Watcher(List<ServingStatus> seen)
            implements StreamObserver<HealthCheckResponse> {

        @Override
        public void onNext(HealthCheckResponse response) {
            seen.add(response.getStatus());
        }

        @Override
        public void onError(Throwable cause) {
            // the end of the control plane
        }

        @Override
        public void onCompleted() {
            // as above
        }
    }
}
