package io.opensergo.etcd;

import static io.opensergo.rulerepository.TestRules.id;
import static io.opensergo.rulerepository.TestRules.limit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.etcd.internal.api.TxnRequest;
import io.opensergo.rulerepository.RuleEdit;
import io.opensergo.rulerepository.RuleRepository;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcdRuleSourceTest {

    @TempDir private Path directory;

    private EtcdServer server;
    private RuleRepository repository;
    private EtcdClient etcd;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() {
        server = EtcdServer.start(directory);
        repository = keep(EtcdRuleRepository.open(server.settings(), RuleReader.strict()));
        etcd = keep(new EtcdClient(server.settings()));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private <T extends AutoCloseable> T keep(T each) {
        open.add(each);
        return each;
    }

    private Recorder follow() {
        var recorder = new Recorder();
        keep(EtcdRuleSource.of(server.settings())).start(recorder);
        return recorder;
    }

    private void commit(RuleEdit.Builder edit) {
        repository.commit(edit.build());
    }

    private static RuleEdit.Builder ann() {
        return RuleEdit.by("ann");
    }

    private String revisionOf(String name) {
        return repository.find(id(name)).orElseThrow().revision();
    }

    private void put(String key, String value) {
        etcd.txn(
                TxnRequest.newBuilder()
                        .addSuccess(EtcdRevision.put(EtcdKeys.bytes(key), EtcdKeys.bytes(value)))
                        .build());
    }

    @Test
    void rulesThatAreStoredAreThereWhenItHasStartedAndEditsSoonAfter() {
        commit(ann().create(limit("a", 1)).create(limit("b", 2)));

        Recorder seen = follow();

        assertThat(seen.rules).containsOnlyKeys(id("a"), id("b"));
        commit(
                ann().replace(limit("a", 10), revisionOf("a"))
                        .delete(id("b"), revisionOf("b"))
                        .create(limit("c", 3)));
        await().atMost(EtcdServer.PATIENCE)
                .untilAsserted(() -> assertThat(seen.rules).containsOnlyKeys(id("a"), id("c")));
        assertThat(seen.threshold("a")).isEqualTo(10);
        assertThat(seen.batches).as("a commit is one batch").containsExactly(2, 3);
        assertThat(seen.problems).isEmpty();
    }

    @Test
    void moreRulesThanAPageHoldsAreRead() {
        for (int batch = 0; batch < 12; batch++) {
            RuleEdit.Builder edit = ann();
            for (int i = 0; i < 100; i++) {
                edit.create(limit("r" + batch + "-" + i, 1));
            }
            commit(edit);
        }

        assertThat(follow().rules).hasSize(1200);
        assertThat(repository.rules()).hasSize(1200);
    }

    @Test
    void replicasReportTheSameRevisionForTheSameState() {
        commit(ann().create(limit("a", 1)));
        Recorder first = follow();
        commit(ann().create(limit("b", 1)));
        commit(ann().delete(id("b"), revisionOf("b")));

        Recorder second = follow();

        await().atMost(EtcdServer.PATIENCE)
                .untilAsserted(() -> assertThat(first.revision()).isEqualTo(second.revision()));
        assertThat(first.rules).isEqualTo(second.rules).containsOnlyKeys(id("a"));
        assertThat(first.revisions).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aDocumentThatIsFaultyLeavesTheRuleInForceAndSaysWhere() {
        commit(ann().create(limit("a", 1)));
        Recorder seen = follow();
        String key = new EtcdKeys(EtcdSettings.DEFAULT_PREFIX).rule(id("a")).toStringUtf8();

        put(key, limit("a", 1).replace("threshold: 1", "threshold: -1"));
        put(key.replace("/a", "/b"), limit("c", 1));
        put("/opensergo/rules/misplaced", limit("d", 1));
        put(key.replace("/a", "/e"), limit("e", 5));

        await().atMost(EtcdServer.PATIENCE).until(() -> seen.threshold("e") == 5);
        assertThat(seen.threshold("a")).isEqualTo(1);
        assertThat(seen.rules).containsOnlyKeys(id("a"), id("e"));
        assertThat(seen.problems)
                .extracting(Problem::toString)
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("etcd " + key, "threshold"),
                        problem ->
                                assertThat(problem)
                                        .contains(
                                                "must be RateLimitStrategy default/b, was"
                                                        + " [RateLimitStrategy default/c]"),
                        problem ->
                                assertThat(problem).contains("misplaced", "KIND/NAMESPACE/NAME"));
        put(key, limit("a", 7));
        await().atMost(EtcdServer.PATIENCE).until(() -> seen.threshold("a") == 7);
        assertThat(seen.problems).hasSize(2);
    }

    @Test
    void rulesStayWhileTheServerIsDownAndWhatCameMeanwhileIsCaughtUpWith() {
        commit(ann().create(limit("a", 1)));
        Recorder seen = follow();

        server.kill();
        await().atMost(EtcdServer.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(seen.problems.toString())
                                        .contains("does not answer", "the rules in force stay"));
        assertThat(seen.threshold("a")).isEqualTo(1);
        server.start();
        commit(ann().replace(limit("a", 2), revisionOf("a")));

        await().atMost(EtcdServer.PATIENCE).until(() -> seen.threshold("a") == 2);
        await().atMost(EtcdServer.PATIENCE).until(() -> seen.problems.isEmpty());
    }

    @Test
    void aWatchWhoseBeginningWasCompactedReadsAllRulesAgain() throws Exception {
        commit(ann().create(limit("a", 1)));
        commit(ann().replace(limit("a", 2), revisionOf("a")));
        server.compact(etcd.list(EtcdKeys.bytes("/")).revision());
        var late = keep(LateWatch.of(server));
        var recorder = new Recorder();

        keep(EtcdRuleSource.of(late.settings())).start(recorder);

        await().atMost(EtcdServer.PATIENCE).until(() -> recorder.batches.size() == 2);
        assertThat(late.compactions).hasValue(1);
        commit(ann().replace(limit("a", 3), revisionOf("a")));
        await().atMost(EtcdServer.PATIENCE).until(() -> recorder.threshold("a") == 3);
        assertThat(recorder.problems).isEmpty();
    }

    @Test
    void aBatchThatCouldNotBeTakenIsOfferedAgain() {
        commit(ann().create(limit("a", 1)).create(limit("b", 1)));
        Recorder seen = follow();

        seen.failNext = true;
        commit(ann().delete(id("a"), revisionOf("a")).replace(limit("b", 2), revisionOf("b")));

        await().atMost(EtcdServer.PATIENCE).until(() -> seen.threshold("b") == 2);
        assertThat(seen.rules).containsOnlyKeys(id("b"));
        await().atMost(EtcdServer.PATIENCE).until(() -> seen.problems.isEmpty());
    }

    @Test
    void aServerThatHasLostWhatCameLaterIsReadAnewAndVersionsStillRise() throws Exception {
        for (int i = 0; i < 20; i++) {
            commit(ann().create(limit("lost-" + i, 1)));
        }
        Recorder seen = follow();
        assertThat(seen.rules).hasSize(20);

        server.kill();
        server.forget();
        server.start();
        commit(ann().create(limit("kept", 1)));

        await().atMost(EtcdServer.PATIENCE)
                .untilAsserted(() -> assertThat(seen.rules).containsOnlyKeys(id("kept")));
        assertThat(seen.revisions).isSorted();
        commit(ann().replace(limit("kept", 2), revisionOf("kept")));
        await().atMost(EtcdServer.PATIENCE).until(() -> seen.threshold("kept") == 2);
    }

    @Test
    void aServerThatIsNotThereIsSaidAtTheStart() {
        var nobody = EtcdSettings.of("127.0.0.1:1").withRequestTimeout(Duration.ofSeconds(5));

        assertThatThrownBy(() -> EtcdRuleSource.of(nobody).start(new Recorder()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("etcd 127.0.0.1:1/opensergo does not answer: check");
        try (var there = EtcdRuleRepository.open(nobody, RuleReader.strict())) {
            assertThat(there.readOnlyReason()).contains("does not answer");
        }
    }

    @Test
    void ofSeveralMembersTheNextIsAskedWhereOneDoesNotAnswer() {
        commit(ann().create(limit("a", 1)));
        var recorder = new Recorder();

        keep(EtcdRuleSource.of(
                        EtcdSettings.of("127.0.0.1:1," + server.endpoint())
                                .withRequestTimeout(EtcdServer.PATIENCE)))
                .start(recorder);

        assertThat(recorder.rules).containsOnlyKeys(id("a"));
    }

    @Test
    void aBatchThatEtcdCannotTakeIsRefusedAsAWhole() {
        RuleEdit.Builder edit = ann();
        for (int i = 0; i < 200; i++) {
            edit.create(limit("r" + i, 1));
        }

        assertThatThrownBy(() -> commit(edit))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("commit less at once, or raise its --max-request-bytes");
        assertThat(repository.rules()).isEmpty();
    }
}
