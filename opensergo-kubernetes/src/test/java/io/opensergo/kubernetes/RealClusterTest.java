package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.KubernetesRuleSourceTest.rate;
import static io.opensergo.kubernetes.KubernetesRuleSourceTest.slots;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The source and the CRDs with a real kube-apiserver, where the environment names one: {@code
 * KUBE_APISERVER} and {@code ETCD}. {@code src/test/scripts/build-kube-apiserver} builds one.
 */
@Tag("kube")
class RealClusterTest {

    private static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    private static final RuleKind<?> SLOTS = ConcurrencyLimitStrategy.KIND;
    private static final String WEBHOOKS =
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/";

    /** Where manifests go that the API server knows by itself. */
    private static final Map<String, String> PATHS =
            Map.of(
                    "v1 Namespace", "/api/v1/namespaces",
                    "v1 ServiceAccount", "/api/v1/namespaces/opensergo/serviceaccounts",
                    "v1 Service", "/api/v1/namespaces/opensergo/services",
                    "apps/v1 Deployment", "/apis/apps/v1/namespaces/opensergo/deployments",
                    "rbac.authorization.k8s.io/v1 ClusterRole",
                            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
                    "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
                            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                    "networking.k8s.io/v1 NetworkPolicy",
                            "/apis/networking.k8s.io/v1/namespaces/opensergo/networkpolicies",
                    "networking.k8s.io/v1 Ingress",
                            "/apis/networking.k8s.io/v1/namespaces/opensergo/ingresses",
                    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
                            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations");

    private static final String A = "RateLimitStrategy shop/a";
    private static final String B = "RateLimitStrategy shop/b";
    private static final String C = "ConcurrencyLimitStrategy shop/c";

    @TempDir private static Path directory;
    private static RealApiServer server;
    private static RealCluster cluster;

    private final Recorder heard = new Recorder();
    private final List<KubernetesRuleSource> started = new ArrayList<>();

    @BeforeAll
    static void startServer() throws Exception {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
        Awaitility.setDefaultTimeout(Duration.ofMinutes(2));
        server = RealApiServer.start(directory).orElse(null);
        assumeTrue(
                server != null,
                "not run: KUBE_APISERVER and ETCD name no API server; see README.md");
        cluster = new RealCluster(server);
        cluster.installAll();
    }

    @AfterAll
    static void endServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void apply() throws Exception {
        cluster.deleteAll();
        cluster.apply(RATE, "shop", "a", rate(10));
        cluster.apply(SLOTS, "shop", "c", slots(6));
    }

    @AfterEach
    void end() {
        started.forEach(KubernetesRuleSource::close);
    }

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

    /** Each in a namespace of its own, as names come again. */
    @Test
    void everyDocumentThatIsARuleIsAcceptedAndServed() throws Exception {
        cluster.deleteAll();
        var names = new TreeSet<String>();
        for (JsonNode document : RealCluster.documents()) {
            RuleDocument read = RuleReader.strict().withAppRequired().read(document, "document");
            if (read.rule() == null || !read.problems().isEmpty()) {
                continue;
            }
            RuleKind<?> kind = read.rule().kind();
            String namespace = "n" + names.size();
            String name = read.rule().name();
            ObjectNode object = document.deepCopy();
            ((ObjectNode) object.get("metadata")).put("namespace", namespace);
            RealApiServer.Answer answer =
                    server.apply(RealCluster.path(kind, namespace, name), object);
            assertThat(answer.code()).as("%s: %s", answer.message(), document).isEqualTo(201);
            names.add(kind.name() + " " + namespace + "/" + name);
        }
        assertThat(names).hasSizeGreaterThan(80);

        start(builder(), heard);

        assertThat(heard.names()).containsExactlyElementsOf(names);
        assertThat(heard.problems()).isEmpty();
    }

    /**
     * Each field of each document, left out and of another type in turn: what the reader refuses so
     * is what a schema can say, but of the fields that may be of two types.
     */
    @Test
    void whatTheReaderRefusesAndASchemaCanSayIsRefused() throws Exception {
        var tried = new TreeSet<String>();
        var let = new TreeSet<String>();
        for (JsonNode document : RealCluster.documents()) {
            RuleDocument read = RuleReader.strict().read(document, "document");
            if (read.rule() == null || !read.problems().isEmpty()) {
                continue;
            }
            RuleKind<?> kind = read.rule().kind();
            for (Map.Entry<String, ObjectNode> each : faulty(document).entrySet()) {
                boolean refused =
                        RuleReader.strict().read(each.getValue(), "faulty").rule() == null;
                if (refused && tried.add(kind.name() + " " + each.getKey())) {
                    String path = RealCluster.path(kind, "faulty", read.rule().name());
                    ((ObjectNode) each.getValue().get("metadata")).put("namespace", "faulty");
                    RealApiServer.Answer answer =
                            server.apply(path + "?dryRun=All", each.getValue());
                    if (answer.code() < 300) {
                        let.add(kind.name() + " " + each.getKey());
                    }
                }
            }
        }

        assertThat(tried).hasSizeGreaterThan(300);
        assertThat(let)
                .containsExactly(
                        "AdaptiveOverloadProtectionStrategy /spec/triggerThreshold of another type");
    }

    /** Returns documents with one fault in {@code spec} each, by what the fault is. */
    private static Map<String, ObjectNode> faulty(JsonNode document) {
        Map<String, ObjectNode> faulty = new LinkedHashMap<>();
        collect(document, "/spec", "/spec", faulty);
        return faulty;
    }

    private static void collect(
            JsonNode document, String pointer, String shape, Map<String, ObjectNode> faulty) {
        JsonNode node = document.at(pointer);
        List<String> fields = new ArrayList<>();
        node.fieldNames().forEachRemaining(fields::add);
        for (String field : fields) {
            String inner = pointer + "/" + field.replace("~", "~0").replace("/", "~1");
            String innerShape = shape + "/" + field;
            ObjectNode without = document.deepCopy();
            ((ObjectNode) without.at(pointer)).remove(field);
            faulty.putIfAbsent(innerShape + " left out", without);
            ObjectNode other = document.deepCopy();
            ObjectNode owner = (ObjectNode) other.at(pointer);
            if (node.get(field).isContainerNode()) {
                owner.put(field, 7);
            } else {
                owner.putObject(field);
            }
            faulty.putIfAbsent(innerShape + " of another type", other);
            collect(document, inner, innerShape, faulty);
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            collect(document, pointer + "/" + i, shape + "[]", faulty);
        }
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

    /** A watch of a second, so that the next one begins at a version that etcd has forgotten. */
    @Test
    void versionThatEtcdHasForgottenIsListedAnew() throws Exception {
        Timing quick = KubernetesRuleSourceTest.QUICK;
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
    void listOfSeveralPagesIsReadWhole() throws Exception {
        for (int i = 0; i < 1_100; i++) {
            cluster.apply(RATE, "many", "n" + i, rate(i));
        }

        start(builder().namespaces("many"), heard);

        assertThat(heard.names()).hasSize(1_100);
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

    @Test
    void userWithoutRightsHearsWhichAreMissing() throws Exception {
        assertThatThrownBy(() -> start(builder("other-token"), heard))
                .hasMessageContaining("grant the verb get on the namespace kube-system");
        assertThatThrownBy(() -> start(builder("no-token"), heard))
                .hasMessageContaining("does not accept the credentials");
    }

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
        assertThat(server.apply(RealCluster.path(RATE, "shop", "bad"), bad).code()).isEqualTo(201);
        var other = new Recorder();
        start(builder().writeStatus(true), heard);
        start(builder().writeStatus(true), other);

        await().until(() -> state(RATE, "a", "Accepted").equals("True"));
        await().until(() -> state(RATE, "bad", "Accepted").equals("False"));
        await().until(() -> state(FaultToleranceRule.KIND, "p", "ResolvedRefs").equals("False"));
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

    /** The server says what the schema cannot. */
    @Test
    void webhookRefusesAtApplyAndWarns() throws Exception {
        TestCertificate key = TestCertificate.selfSigned(directory, "webhook");
        try (AdmissionWebhook webhook =
                AdmissionWebhook.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        key.context(),
                        RuleKinds.standard(),
                        List::of)) {
            configureWebhook(webhook.port(), key, "Fail");
            ObjectNode bad = withoutApp("bad");
            String path = RealCluster.path(RATE, "shop", "bad");
            await().until(() -> server.apply(path, bad).code() == 422);
            assertThat(server.apply(path, bad).message())
                    .contains(
                            "RateLimitStrategy shop/bad is no valid rule",
                            "labels.app is required");

            cluster.apply(RATE, "shop", "good", rate(1));
            RealApiServer.Answer warned =
                    server.apply(
                            RealCluster.path(FaultToleranceRule.KIND, "shop", "p"),
                            RealCluster.object(
                                    FaultToleranceRule.KIND,
                                    "shop",
                                    "p",
                                    "{targets: [{targetResourceName: x}], strategies: [{name: z}]}"));
            assertThat(warned.code()).isEqualTo(201);
            assertThat(warned.warnings()).anyMatch(each -> each.contains("names 'z'"));
            cluster.delete(RATE, "shop", "good");
        }
        assertThat(
                        server.apply(
                                        RealCluster.path(RATE, "shop", "x"),
                                        RealCluster.object(RATE, "shop", "x", rate(1)))
                                .code())
                .isEqualTo(500);
        server.delete(WEBHOOKS + "test.opensergo.io");
        await().until(
                        () ->
                                server.apply(
                                                        RealCluster.path(RATE, "shop", "x"),
                                                        RealCluster.object(
                                                                RATE, "shop", "x", rate(1)))
                                                .code()
                                        == 201);
    }

    /** What the schema of a spec cannot say. */
    private static ObjectNode withoutApp(String name) {
        ObjectNode object = RealCluster.object(RATE, "shop", name, rate(1));
        ((ObjectNode) object.get("metadata")).remove("labels");
        return object;
    }

    private void configureWebhook(int port, TestCertificate key, String policy) throws Exception {
        ObjectNode configuration =
                (ObjectNode)
                        RealCluster.tree(
                                Files.readString(
                                        RealCluster.ROOT.resolve(
                                                "deploy/kubernetes/components/webhook/webhook.yaml")));
        ((ObjectNode) configuration.get("metadata")).put("name", "test.opensergo.io");
        ((ObjectNode) configuration.get("metadata")).remove("annotations");
        ObjectNode webhook = (ObjectNode) configuration.at("/webhooks/0");
        webhook.put("failurePolicy", policy);
        webhook.putObject("clientConfig")
                .put("url", "https://localhost:" + port + AdmissionWebhook.PATH)
                .put(
                        "caBundle",
                        Base64.getEncoder().encodeToString(Files.readAllBytes(key.certificate())));
        RealApiServer.Answer answer = server.apply(WEBHOOKS + "test.opensergo.io", configuration);
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    /** Those that need no CRD of others and are of an age that a 1.20 knows. */
    @Test
    void manifestsAreWhatTheServerTakes() throws Exception {
        var taken = new TreeSet<String>();
        for (JsonNode each : manifests()) {
            String version = each.path("apiVersion").asText();
            String kind = each.path("kind").asText();
            String path = PATHS.get(version + " " + kind);
            if (path == null) {
                continue;
            }
            RealApiServer.Answer answer =
                    server.apply(
                            path + "/" + each.at("/metadata/name").asText() + "?dryRun=All", each);
            assertThat(answer.code()).as("%s: %s", kind, answer.message()).isIn(200, 201);
            taken.add(kind);
        }
        assertThat(taken).hasSameSizeAs(PATHS.keySet());
    }

    private static List<JsonNode> manifests() throws IOException {
        List<JsonNode> manifests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(RealCluster.ROOT.resolve("deploy/kubernetes"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                if (!file.toString().contains("/crds/")) {
                    manifests.addAll(RealCluster.documentsOf(file));
                }
            }
        }
        return manifests;
    }

    private static String state(RuleKind<?> kind, String name, String type) throws IOException {
        for (JsonNode each : cluster.get(kind, "shop", name).path("status").path("conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each.path("status").asText();
            }
        }
        return "";
    }

    private static long version(RuleKind<?> kind, String name) throws IOException {
        return cluster.get(kind, "shop", name).at("/metadata/resourceVersion").asLong();
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

    private static KubernetesRuleSourceBuilder builder() throws IOException {
        return builder("admin-token");
    }

    private static KubernetesRuleSourceBuilder builder(String token) throws IOException {
        return KubernetesRuleSource.builder()
                .kubeconfig(server.kubeconfig(token))
                .startTimeout(Duration.ofSeconds(60))
                .timing(KubernetesRuleSourceTest.QUICK);
    }

    private void start(KubernetesRuleSourceBuilder builder, Recorder recorder) {
        KubernetesRuleSource source = builder.build();
        source.start(recorder);
        started.add(source);
    }

    private void awaitRules(String... names) {
        await().untilAsserted(() -> assertThat(heard.names()).containsExactly(names));
    }

    private long threshold(String id) {
        return ((RateLimitStrategy) heard.rule(id)).threshold();
    }
}
