package io.opensergo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opensergo.kubernetes.HttpSockets.Request;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which objects of a cluster become rules, against an API server that the test scripts. */
class KubernetesRuleSourceTest extends ScriptedCluster {

    @Nested
    class Objects {

        @Test
        void rulesOfAllInstalledKindsAreThereWhenTheStartReturns() throws Exception {
            start();

            assertThat(heard.names()).containsExactly(C, A);
            assertThat(heard.batches()).isEqualTo(1);
            assertThat(heard.problems()).isEmpty();
        }

        @Test
        void whatKubectlNotesForItselfIsNoPartOfTheRule() throws Exception {
            start();

            assertThat(heard.rule(A).metadata().annotations()).isEmpty();
        }

        @Test
        void editsAndDeletionsAreFollowed() throws Exception {
            start();

            server.apply(RATE, "shop", "b", rate(1));
            server.apply(RATE, "shop", "a", rate(20));
            server.delete(SLOTS, "shop", "c");

            awaitRules(A, B);
            await().until(() -> threshold(A) == 20);
        }

        @Test
        void otherNamespacesAreNotAskedFor() throws Exception {
            server.apply(RATE, "bank", "x", rate(1));

            start(builder().namespaces("shop", "mail"));
            server.apply(RATE, "bank", "y", rate(1));
            server.apply(RATE, "mail", "m", rate(1));

            awaitRules(C, "RateLimitStrategy mail/m", A);
            assertThat(lists()).allMatch(path -> path.contains("/namespaces/"));
        }

        @Test
        void objectsAreSelectedByTheirLabels() throws Exception {
            server.apply(RATE, "shop", "b", Map.of("app", "shop", "team", "x y"), rate(1));

            start(builder().selector("team=x y"));

            assertThat(heard.names()).containsExactly(B);
            await().until(() -> server.watches(RATE) > 0);
            assertThat(server.requests().stream().filter(Request::isWatch))
                    .allMatch(each -> each.query("labelSelector").equals("team=x y"));
        }

        @Test
        void objectThatIsNoRuleIsReportedWithItsNameAndItsLastGoodRuleStays() throws Exception {
            start();

            server.apply(RATE, "shop", "a", rate(-1));
            server.apply(RATE, "shop", "b", "{}");
            server.apply(SLOTS, "shop", "d", slots(1));

            awaitRules(C, "ConcurrencyLimitStrategy shop/d", A);
            assertThat(threshold(A)).isEqualTo(10);
            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains(
                                                    "RateLimitStrategy shop/a: spec.threshold must be a whole number",
                                                    "RateLimitStrategy shop/b: spec.threshold is required"));

            server.apply(RATE, "shop", "a", rate(11));
            server.delete(RATE, "shop", "b");

            await().until(() -> threshold(A) == 11 && heard.problems().isEmpty());
        }

        @Test
        void objectThatWasNeverARuleIsDeletedQuietly() throws Exception {
            server.apply(RATE, "shop", "bad", "{}");
            start();
            await().until(() -> heard.problems().contains("shop/bad"));

            server.delete(RATE, "shop", "bad");

            await().until(() -> heard.problems().isEmpty());
            assertThat(heard.names()).containsExactly(C, A);
        }
    }

    @Nested
    class Kinds {

        @Test
        void kindThatIsInstalledLaterIsFollowedFromThen() throws Exception {
            start();
            assertThat(heard.names()).hasSize(2);

            server.install(ThrottlingStrategy.KIND);
            server.apply(
                    ThrottlingStrategy.KIND,
                    "shop",
                    "t",
                    "{\"minIntervalOfRequests\":\"5ms\",\"queueTimeout\":\"1s\"}");

            awaitRules(C, A, "ThrottlingStrategy shop/t");
        }

        @Test
        void clusterWithoutOurKindsIsFollowedAndSaysWhatToApply() throws Exception {
            server.forget(RATE);
            server.forget(SLOTS);

            start();

            assertThat(heard.names()).isEmpty();
            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains(
                                                    "no kind of OpenSergo is installed", "--crd"));
        }

        @Test
        void rulesOfADeletedCrdGo() throws Exception {
            start();

            server.uninstall(SLOTS);

            awaitRules(A);
        }

        @Test
        void kindThatIsNotServedForAMomentKeepsItsRules() throws Exception {
            start(builder().timing(patient()));

            server.forget(RATE);
            await().until(() -> heard.problems().contains("no longer served"));
            assertThat(heard.names()).contains(A);
            server.install(RATE);

            await().until(() -> heard.problems().isEmpty());
            assertThat(heard.names()).contains(A);
        }

        /** Quick, but for a kind that is gone, which may come back however slow the machine is. */
        private static Timing patient() {
            return new Timing(
                    QUICK.batch(),
                    QUICK.request(),
                    QUICK.watch(),
                    QUICK.firstRetry(),
                    QUICK.lastRetry(),
                    QUICK.discovery(),
                    Duration.ofMinutes(10));
        }

        @Test
        void kindThatIsGoneForGoodTakesItsRulesAlong() throws Exception {
            start();

            server.forget(RATE);

            awaitRules(C);
        }

        @Test
        void groupThatIsServedInAnotherVersionOnlyIsNamed() throws Exception {
            server.script(
                    (request, reply) -> {
                        boolean group = request.path().equals("/apis/fault-tolerance.opensergo.io");
                        if (group) {
                            reply.whole(
                                    200,
                                    "{\"versions\":[{\"groupVersion\":\"fault-tolerance.opensergo.io/v9\"}]}");
                        }
                        return group;
                    });
            server.forget(RATE);
            server.forget(SLOTS);

            start();

            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains("serves fault-tolerance.opensergo.io/v9"));
        }

        @Test
        void objectInAnotherVersionIsReported() throws Exception {
            start();
            server.script(
                    (request, reply) -> {
                        boolean list =
                                !request.isWatch()
                                        && request.path().endsWith("/ratelimitstrategies");
                        if (list) {
                            reply.whole(
                                    200,
                                    """
                                    {"metadata":{"resourceVersion":"900"},"items":[
                                    {"apiVersion":"fault-tolerance.opensergo.io/v9","kind":"RateLimitStrategy",
                                    "metadata":{"name":"a","namespace":"shop","resourceVersion":"899"},"spec":{}}]}
                                    """);
                        }
                        return list;
                    });

            server.compact();
            server.otherWrites(1);
            server.compact();
            server.cutConnections();

            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains("RateLimitStrategy shop/a", "v9"));
            assertThat(threshold(A)).isEqualTo(10);
        }
    }

    @Nested
    class Batches {

        /** Without another change in the cluster: what could not be taken is offered again. */
        @Test
        void batchThatCouldNotBeTakenIsKeptAndReportedAgain() throws Exception {
            start();
            heard.failNext(2);

            server.apply(RATE, "shop", "b", rate(1));
            server.apply(RATE, "shop", "a", rate(20));
            server.delete(SLOTS, "shop", "c");

            awaitRules(A, B);
            await().until(() -> threshold(A) == 20);
            assertThat(heard.hasFailed()).isTrue();
        }

        @Test
        void firstBatchThatCouldNotBeTakenIsReportedAgain() throws Exception {
            heard.failNext(1);

            start();

            awaitRules(C, A);
        }

        @Test
        void nothingIsReportedAfterTheEnd() throws Exception {
            start();
            source.close();
            int batches = heard.batches();

            server.apply(RATE, "shop", "b", rate(1));

            assertThat(heard.batches()).isEqualTo(batches);
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(
                            () ->
                                    assertThat(Thread.getAllStackTraces().keySet())
                                            .extracting(Thread::getName)
                                            .doesNotContain("opensergo-kubernetes"));
            source.start(heard);
            assertThat(heard.names()).contains(B);
            assertThatThrownBy(() -> source.start(heard)).isInstanceOf(IllegalStateException.class);
        }
    }
}
