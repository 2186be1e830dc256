package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static io.opensergo.kubernetes.ScriptedCluster.slots;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.controlplane.ControlPlane;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The revisions of control planes over one API server, which are the versions of pushes. */
class ReplicasTest {

    private static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    private static final RuleKind<?> SLOTS = ConcurrencyLimitStrategy.KIND;

    @TempDir private Path directory;
    private ScriptedApiServer server;
    private final List<ControlPlane> started = new ArrayList<>();

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new ScriptedApiServer();
        server.install(RATE, SLOTS);
        server.apply(RATE, "shop", "a", rate(1));
        server.apply(SLOTS, "shop", "c", slots(1));
    }

    @AfterEach
    void end() throws Exception {
        started.forEach(ControlPlane::close);
        server.close();
    }

    @Test
    void oneStateHasOneRevisionWheneverAReplicaBegan() throws Exception {
        ControlPlane first = replica("first");
        server.apply(RATE, "shop", "a", rate(2));
        server.otherWrites(40);
        long version = server.apply(SLOTS, "shop", "d", slots(3));
        awaitRevision(first, revision(version));
        server.otherWrites(1_000);
        server.bookmark(RATE);

        ControlPlane second = replica("second");
        assertThat(second.status().revision()).isEqualTo(revision(version));

        long next = server.delete(SLOTS, "shop", "d");
        awaitRevision(first, revision(next));
        awaitRevision(second, revision(next));
    }

    @Test
    void editThatIsNoRuleMovesTheRevisionOfAllReplicas() throws Exception {
        ControlPlane first = replica("first");

        long version = server.apply(RATE, "shop", "a", rate(-1));

        awaitRevision(first, revision(version));
        assertThat(replica("second").status().revision()).isEqualTo(revision(version));
    }

    /** What is heard late is counted up, and that leaves no trace behind the next change. */
    @Test
    void kindsThatAreHeardOfInAnotherOrderAreAsOneAgainWithTheNextChange() throws Exception {
        ControlPlane first = replica("first");
        AutoCloseable late =
                server.script(
                        (request, reply) -> {
                            boolean rates =
                                    request.isWatch() && request.path().contains("ratelimit");
                            if (rates) {
                                reply.whole(503, ScriptedApiServer.status(503, "late"));
                            }
                            return rates;
                        });
        ControlPlane second = replica("second");

        server.apply(RATE, "shop", "a", rate(2));
        long version = server.apply(SLOTS, "shop", "c", slots(2));
        awaitRevision(first, revision(version));
        awaitRevision(second, revision(version));
        late.close();
        await().until(() -> second.status().revision() > revision(version));

        assertThat(second.status().revision()).isLessThan(revision(version + 1));
        long next = server.apply(RATE, "shop", "a", rate(3));
        awaitRevision(first, revision(next));
        awaitRevision(second, revision(next));
    }

    /** It does not know of the rule that is gone; the next change is above what others served. */
    @Test
    void replicaThatBeginsAfterADeletionIsAboveTheOthersFromTheNextChangeOn() throws Exception {
        ControlPlane first = replica("first");
        long deletion = server.delete(SLOTS, "shop", "c");
        awaitRevision(first, revision(deletion));

        ControlPlane second = replica("second");
        assertThat(second.status().revision()).isLessThan(revision(deletion));

        long next = server.apply(RATE, "shop", "a", rate(2));
        awaitRevision(second, revision(next));
        awaitRevision(first, revision(next));
    }

    @Test
    void epochTakesThePlaceOfTheAgeOfTheClusterWhichIsNotAskedForThen() throws Exception {
        Instant epoch = Instant.parse("2030-01-01T00:00:00Z");
        server.refuse(403, "no", request -> request.path().endsWith("kube-system"));

        ControlPlane first = start(source("first").epoch(epoch));

        assertThat(first.status().revision()).isEqualTo(micros(epoch) + 100 * 102);
        assertThatThrownBy(() -> replica("second"))
                .hasMessageContaining("grant the verb get on the namespace kube-system");
    }

    private ControlPlane replica(String token) throws Exception {
        return start(source(token));
    }

    private KubernetesRuleSourceBuilder source(String token) throws Exception {
        Path file = Kubeconfigs.withToken(directory.resolve(token), server.url(), token);
        return KubernetesRuleSource.builder().kubeconfig(file).timing(ScriptedCluster.QUICK);
    }

    private ControlPlane start(KubernetesRuleSourceBuilder source) {
        ControlPlane replica = ControlPlane.builder().port(0).source(source.build()).start();
        started.add(replica);
        return replica;
    }

    private static void awaitRevision(ControlPlane replica, long revision) {
        await().untilAsserted(() -> assertThat(replica.status().revision()).isEqualTo(revision));
    }

    private static long revision(long resourceVersion) {
        return micros(Instant.parse(ScriptedApiServer.CREATED)) + 100 * resourceVersion;
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond());
    }
}
