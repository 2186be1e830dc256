package io.opensergo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.api.ConnectionState.Phase;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.Readiness;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that keeps its rules on disk, and its successor. */
class RuleCacheTest {

    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final Target SHOP = Target.of("shop");

    @TempDir Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<CacheEvent> events = new CopyOnWriteArrayList<>();
    private ScriptedControlPlane server;
    private String endpoint;

    @BeforeEach
    void start() {
        server = ScriptedControlPlane.start();
        endpoint = server.endpoint();
        open.add(server);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private OpenSergoClientBuilder builder() {
        return OpenSergoClients.builder()
                .endpoints(endpoint)
                .backoff(Duration.ofMillis(1), Duration.ofMillis(50))
                .answerTimeout(Duration.ofMinutes(1))
                .unsubscribeGrace(Duration.ZERO)
                .cacheDirectory(directory)
                .listener(
                        new ClientListener() {
                            @Override
                            public void onCache(CacheEvent event) {
                                events.add(event);
                            }
                        });
    }

    private OpenSergoClient client(OpenSergoClientBuilder builder) {
        OpenSergoClient client = builder.build();
        open.add(client);
        return client;
    }

    private static RateLimitStrategy limit(String name, long threshold) {
        return RateLimitStrategy.builder(Metadata.of("default", "shop", name))
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    private static List<RuleSnapshot<RateLimitStrategy>> follow(OpenSergoClient client) {
        List<RuleSnapshot<RateLimitStrategy>> snapshots = new CopyOnWriteArrayList<>();
        client.rules(SHOP, RateLimitStrategy.KIND).subscribe(snapshots::add);
        return snapshots;
    }

    /** Lets a client receive a rule and close, and returns what it had. */
    private RuleSnapshot<RateLimitStrategy> runOnce() {
        try (OpenSergoClient first = builder().build()) {
            List<RuleSnapshot<RateLimitStrategy>> snapshots = follow(first);
            server.stream().answerSubscribe(0, 9, limit("a", 5));
            await().until(() -> snapshots.size() == 1);
            return snapshots.get(0);
        }
    }

    @Test
    void rulesOutliveTheProcessWhileTheControlPlaneIsDown() {
        RuleSnapshot<RateLimitStrategy> before = runOnce();
        server.kill();

        OpenSergoClient second = client(builder());
        List<RuleSnapshot<RateLimitStrategy>> snapshots = follow(second);
        Readiness readiness = second.ready().block(PATIENCE);

        assertThat(readiness.origins())
                .containsEntry(new RuleKey(SHOP, RateLimitStrategy.KIND), Origin.DISK_CACHE);
        await().until(() -> snapshots.size() == 1);
        RuleSnapshot<RateLimitStrategy> kept = snapshots.get(0);
        assertThat(kept.origin()).isEqualTo(Origin.DISK_CACHE);
        assertThat(kept.rules()).isEqualTo(before.rules());
        assertThat(kept.version()).isEqualTo(9);
        assertThat(kept.receivedAt())
                .isAfterOrEqualTo(before.receivedAt())
                .isBeforeOrEqualTo(Instant.now());
        await().until(() -> second.state().phase() == Phase.RECOVERING);
    }

    @Test
    void controlPlaneThatConfirmsKeptRulesIsNews() {
        runOnce();
        int port = server.port();
        server.kill();
        List<RuleSnapshot<RateLimitStrategy>> snapshots = follow(client(builder()));
        await().until(() -> snapshots.size() == 1);

        var restarted = ScriptedControlPlane.start(port);
        open.add(restarted);
        restarted.stream().answerSubscribe(0, 1, limit("a", 5));

        await().until(() -> snapshots.size() == 2);
        assertThat(snapshots.get(1).origin()).isEqualTo(Origin.CONTROL_PLANE);
        assertThat(snapshots.get(1).version()).isEqualTo(1);
    }

    @Test
    void silentControlPlaneLeavesKeptRulesInForce() {
        runOnce();

        OpenSergoClient second = client(builder().answerTimeout(Duration.ofMillis(1)));
        List<RuleSnapshot<RateLimitStrategy>> snapshots = follow(second);
        server.stream(1).subscribe(0);

        await().until(
                        () ->
                                !snapshots.isEmpty()
                                        && snapshots.get(snapshots.size() - 1).origin()
                                                == Origin.DISK_CACHE);
        await().until(() -> second.state().phase() == Phase.STALE);
        server.stream(1).push(RateLimitStrategy.KIND, 1, limit("a", 6));
        await().until(() -> second.state().phase() == Phase.READY);
        await().until(() -> snapshots.get(snapshots.size() - 1).origin() == Origin.CONTROL_PLANE);
        assertThat(snapshots.get(snapshots.size() - 2).origin()).isEqualTo(Origin.DISK_CACHE);
    }

    @Test
    void badRuleOfAPushKeepsItsLastGoodVersionFromTheDisk() {
        runOnce();
        List<RuleSnapshot<RateLimitStrategy>> snapshots = follow(client(builder()));
        await().until(() -> snapshots.size() == 1);

        server.stream(1).subscribe(0);
        var push =
                ScriptedControlPlane.Stream.push(
                        "default", "shop", RateLimitStrategy.KIND.wireName(), 1, limit("b", 1));
        push.getDataWithVersionBuilder()
                .addData(
                        com.google.protobuf.Any.pack(
                                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy
                                        .newBuilder()
                                        .setName("a")
                                        .setThreshold(-1)
                                        .build()));
        server.stream(1).push(push);

        await().until(() -> snapshots.size() == 2);
        assertThat(snapshots.get(1).rules()).containsExactly(limit("b", 1), limit("a", 5));
        assertThat(snapshots.get(1).rejected())
                .singleElement()
                .matches(rule -> rule.lastGoodKept());
    }

    @Test
    void fileThatCannotBeUsedIsNeverFatal() throws IOException {
        runOnce();
        try (Stream<Path> files = Files.list(directory)) {
            Files.writeString(files.findFirst().orElseThrow(), "nonsense");
        }

        List<RuleSnapshot<RateLimitStrategy>> snapshots = follow(client(builder()));
        server.stream(1).answerSubscribe(0, 10, limit("a", 6));

        await().until(() -> snapshots.size() == 1);
        assertThat(snapshots.get(0).rules()).containsExactly(limit("a", 6));
        await().untilAsserted(
                        () ->
                                assertThat(events)
                                        .extracting(CacheEvent::result)
                                        .contains(CacheEvent.Result.IGNORED));
    }

    @Test
    void directoryThatCannotBeUsedIsNeverFatal() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        List<RuleSnapshot<RateLimitStrategy>> snapshots =
                follow(client(builder().cacheDirectory(file)));
        server.stream().answerSubscribe(0, 1, limit("a", 5));

        await().until(() -> snapshots.size() == 1);
        await().untilAsserted(
                        () ->
                                assertThat(events)
                                        .extracting(CacheEvent::result)
                                        .contains(CacheEvent.Result.WRITE_FAILED));
    }

    @Test
    void clientsMayShareADirectory() {
        OpenSergoClient first = client(builder());
        OpenSergoClient second = client(builder());
        List<RuleSnapshot<RateLimitStrategy>> one = follow(first);
        List<RuleSnapshot<RateLimitStrategy>> two = follow(second);
        for (int stream = 0; stream < 2; stream++) {
            for (int version = 0; version < 100; version++) {
                server.stream(stream).subscribe(0);
                server.stream(stream).push(RateLimitStrategy.KIND, version, limit("a", version));
            }
        }
        await().until(() -> isAt(one, 99) && isAt(two, 99));
        first.close();
        second.close();
        server.kill();

        List<RuleSnapshot<RateLimitStrategy>> third = follow(client(builder()));

        await().until(() -> isAt(third, 99));
    }

    private static boolean isAt(List<RuleSnapshot<RateLimitStrategy>> snapshots, long threshold) {
        return !snapshots.isEmpty()
                && snapshots.get(snapshots.size() - 1).rules().get(0).threshold() == threshold;
    }

    @Test
    void clientThatDoesNotOptInTouchesNoDiskAndHasNoThreadForIt() {
        List<String> before = cacheThreads();
        OpenSergoClient plain = client(OpenSergoClients.builder().endpoints(endpoint));

        follow(plain);
        server.stream().answerSubscribe(0, 1, limit("a", 5));
        plain.ready().block(PATIENCE);

        assertThat(cacheThreads()).isSubsetOf(before);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void closingEndsTheThreadOfTheCache() {
        OpenSergoClient client = builder().build();
        await().until(() -> !cacheThreads().isEmpty());

        client.close();

        await().until(() -> cacheThreads().isEmpty());
    }

    private static List<String> cacheThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("opensergo-client-\\d+-cache"))
                .toList();
    }
}
