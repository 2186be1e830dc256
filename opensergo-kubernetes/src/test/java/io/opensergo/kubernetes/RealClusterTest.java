package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static io.opensergo.kubernetes.ScriptedCluster.slots;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The source and the CRDs with a real kube-apiserver, where the environment names one: {@code
 * KUBE_APISERVER} and {@code ETCD}. {@code src/test/scripts/build-kube-apiserver} builds one.
 */
@Tag("kube")
class RealClusterTest extends FollowedCluster {

    private static final String A = "RateLimitStrategy shop/a";
    private static final String B = "RateLimitStrategy shop/b";
    private static final String C = "ConcurrencyLimitStrategy shop/c";

    @Nested
    class Objects {

        @Test
        void editsAndDeletionsAreFollowed() throws Exception {
            start(builder(), heard);
            assertThat(heard.names()).containsExactly(C, A);

            cluster.apply(RATE, "shop", "b", rate(1));
            cluster.apply(RATE, "shop", "a", rate(20));
            cluster.delete(SLOTS, "shop", "c");

            awaitRules(A, B);
            await().until(() -> threshold(A) == 20);
            assertThat(heard.problems()).isEmpty();
        }

        private long threshold(String id) {
            return ((RateLimitStrategy) heard.rule(id)).threshold();
        }

        @Test
        void listOfSeveralPagesIsReadWhole() throws Exception {
            for (int i = 0; i < 1_100; i++) {
                cluster.apply(RATE, "many", "n" + i, rate(i));
            }

            start(builder().namespaces("many"), heard);

            assertThat(heard.names()).hasSize(1_100);
        }

        @Test
        void killedServerThatComesBackIsFollowedAndWhatWasDeletedMeanwhileGoes() throws Exception {
            cluster.apply(RATE, "shop", "b", rate(1));
            start(builder(), heard);

            server.kill();
            await().until(() -> heard.problems().contains("connection refused"));
            assertThat(heard.names()).containsExactly(C, A, B);
            server.deleteBehindItsBack(
                    "ratelimitstrategies", "fault-tolerance.opensergo.io", "shop", "a");
            server.compact();
            server.launch();

            awaitRules(C, B);
            await().until(() -> heard.problems().isEmpty());
            cluster.apply(RATE, "shop", "d", rate(2));
            awaitRules(C, B, "RateLimitStrategy shop/d");
        }

        /**
         * A watch of a second, so that the next one begins at a version that etcd has forgotten.
         */
        @Test
        void versionThatEtcdHasForgottenIsListedAnew() throws Exception {
            Timing quick = ScriptedCluster.QUICK;
            start(
                    builder()
                            .timing(
                                    new Timing(
                                            quick.batch(),
                                            quick.request(),
                                            Duration.ofSeconds(1),
                                            quick.firstRetry(),
                                            quick.lastRetry(),
                                            quick.discovery(),
                                            quick.kindGone())),
                    heard);

            for (int i = 0; i < 5; i++) {
                cluster.apply(RATE, "shop", "n" + i, rate(i));
                server.compact();
                int now = i;
                await().until(() -> heard.names().contains("RateLimitStrategy shop/n" + now));
            }
            cluster.delete(RATE, "shop", "n0");
            server.compact();

            await().until(() -> !heard.names().contains("RateLimitStrategy shop/n0"));
        }

        @Test
        void crdThatAppearsLaterIsFollowedAndOneThatIsDeletedTakesItsRulesAlong() throws Exception {
            cluster.uninstall(ThrottlingStrategy.KIND);
            start(builder(), heard);
            assertThat(heard.names()).containsExactly(C, A);

            cluster.install(ThrottlingStrategy.KIND);
            cluster.apply(
                    ThrottlingStrategy.KIND,
                    "shop",
                    "t",
                    "{minIntervalOfRequests: 5ms, queueTimeout: 1s}");
            awaitRules(C, A, "ThrottlingStrategy shop/t");

            cluster.uninstall(ThrottlingStrategy.KIND);
            awaitRules(C, A);
            cluster.install(ThrottlingStrategy.KIND);
            await().until(() -> heard.problems().isEmpty());
        }
    }

    @Nested
    class Rights {

        @Test
        void rightsForSomeKindsAndNamespacesSufficeForThose() throws Exception {
            cluster.apply(RATE, "bank", "x", rate(1));
            grant("shop", "rules", "ratelimitstrategies");
            grant("bank", "rules", "ratelimitstrategies");

            start(
                    builder("rules-token")
                            .namespaces("shop", "bank")
                            .epoch(Instant.parse("2026-01-01T00:00:00Z")),
                    heard);

            assertThat(heard.names()).containsExactly("RateLimitStrategy bank/x", A);
            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains(
                                                    "ConcurrencyLimitStrategy in namespace shop may not be"
                                                            + " listed",
                                                    "grant the verbs [list, watch] on"
                                                            + " concurrencylimitstrategies.fault-tolerance.opensergo.io"
                                                            + " in a Role of that namespace")
                                            .doesNotContain("RateLimitStrategy"));

            grant("shop", "rules", "concurrencylimitstrategies");
            awaitRules(C, "RateLimitStrategy bank/x", A);
        }

        private void grant(String namespace, String user, String resource) throws IOException {
            String path = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace;
            String name = user + "-" + resource;
            RealApiServer.Answer role =
                    server.apply(
                            path + "/roles/" + name,
                            RealCluster.tree(
                                    """
                                    apiVersion: rbac.authorization.k8s.io/v1
                                    kind: Role
                                    metadata: {name: %s, namespace: %s}
                                    rules:
                                    - apiGroups: [fault-tolerance.opensergo.io]
                                      resources: [%s]
                                      verbs: [list, watch]
                                    """
                                            .formatted(name, namespace, resource)));
            assertThat(role.code()).as(role.message()).isIn(200, 201);
            RealApiServer.Answer binding =
                    server.apply(
                            path + "/rolebindings/" + name,
                            RealCluster.tree(
                                    """
                                    apiVersion: rbac.authorization.k8s.io/v1
                                    kind: RoleBinding
                                    metadata: {name: %s, namespace: %s}
                                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %s}
                                    subjects:
                                    - {apiGroup: rbac.authorization.k8s.io, kind: User, name: %s}
                                    """
                                            .formatted(name, namespace, name, user)));
            assertThat(binding.code()).as(binding.message()).isIn(200, 201);
        }

        @Test
        void userWithoutRightsHearsWhichAreMissing() throws Exception {
            assertThatThrownBy(() -> start(builder("other-token"), heard))
                    .hasMessageContaining("grant the verb get on the namespace kube-system");
            assertThatThrownBy(() -> start(builder("no-token"), heard))
                    .hasMessageContaining("does not accept the credentials");
        }

        @Test
        void statusThatMayNotBeWrittenIsNamedWithTheRight() throws Exception {
            grant("shop", "rules", "ratelimitstrategies");
            start(
                    builder("rules-token")
                            .namespaces("shop")
                            .epoch(Instant.parse("2026-01-01T00:00:00Z"))
                            .writeStatus(true),
                    heard);

            await().untilAsserted(
                            () ->
                                    assertThat(heard.problems())
                                            .contains(
                                                    "the status of RateLimitStrategy may not be written",
                                                    "grant the verb patch on"
                                                            + " ratelimitstrategies/status.fault-tolerance.opensergo.io"));
            assertThat(heard.names()).contains(A);
        }
    }

    @Nested
    class Replicas {

        @Test
        void replicasHaveOneRevisionForOneState() throws Exception {
            var other = new Recorder();
            start(builder(), heard);
            start(builder(), other);

            cluster.apply(RATE, "shop", "a", rate(11));
            cluster.apply(SLOTS, "shop", "c", slots(7));
            JsonNode last = cluster.apply(RATE, "shop", "b", rate(3));

            awaitRules(C, A, B);
            await().until(() -> other.names().equals(heard.names()));
            await().until(() -> other.revision() == heard.revision());
            assertThat(last.at("/metadata/resourceVersion").asLong()).isPositive();
        }

        @Test
        void replicasWriteOneStatusAndComeToRest() throws Exception {
            cluster.apply(
                    FaultToleranceRule.KIND,
                    "shop",
                    "p",
                    "{targets: [{targetResourceName: x}], strategies: [{name: late}]}");
            ObjectNode bad = withoutApp("bad");
            assertThat(server.apply(RealCluster.path(RATE, "shop", "bad"), bad).code())
                    .isEqualTo(201);
            var other = new Recorder();
            start(builder().writeStatus(true), heard);
            start(builder().writeStatus(true), other);

            await().until(() -> state(RATE, "a", "Accepted").equals("True"));
            await().until(() -> state(RATE, "bad", "Accepted").equals("False"));
            await().until(
                            () ->
                                    state(FaultToleranceRule.KIND, "p", "ResolvedRefs")
                                            .equals("False"));
            cluster.apply(RATE, "shop", "late", rate(1));
            await().until(() -> state(FaultToleranceRule.KIND, "p", "ResolvedRefs").equals("True"));
            await().until(() -> state(RATE, "late", "Accepted").equals("True"));

            await().until(() -> heard.revision() == other.revision());
            long before = version(RATE, "a");
            assertThat(cluster.get(RATE, "shop", "bad").at("/status/conditions/0/message").asText())
                    .contains("labels.app is required");
            JsonNode events = server.get("/api/v1/namespaces/shop/events").body().path("items");
            assertThat(events).hasSize(1);
            assertThat(events.get(0).path("message").asText()).contains("labels.app is required");
            cluster.apply(RATE, "shop", "a", rate(11));
            await().until(() -> version(RATE, "a") > before + 1);
            await().until(
                            () ->
                                    cluster.get(RATE, "shop", "a")
                                                    .at("/status/conditions/0/observedGeneration")
                                                    .asLong()
                                            == 2);
        }

        private static String state(RuleKind<?> kind, String name, String type) throws IOException {
            for (JsonNode each :
                    cluster.get(kind, "shop", name).path("status").path("conditions")) {
                if (each.path("type").asText().equals(type)) {
                    return each.path("status").asText();
                }
            }
            return "";
        }

        private static long version(RuleKind<?> kind, String name) throws IOException {
            return cluster.get(kind, "shop", name).at("/metadata/resourceVersion").asLong();
        }
    }

    private void awaitRules(String... names) {
        await().untilAsserted(() -> assertThat(heard.names()).containsExactly(names));
    }
}
