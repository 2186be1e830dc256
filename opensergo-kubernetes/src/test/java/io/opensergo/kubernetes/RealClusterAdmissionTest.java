package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.testsupport.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a real API server admits: by the schemas of the CRDs, by the webhook, and of our manifests.
 */
@Tag("kube")
class RealClusterAdmissionTest extends FollowedCluster {

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

    @Nested
    class Schemas {

        /** Each in a namespace of its own, as names come again. */
        @Test
        void everyDocumentThatIsARuleIsAcceptedAndServed() throws Exception {
            cluster.deleteAll();
            var names = new TreeSet<String>();
            for (JsonNode document : RealCluster.documents()) {
                RuleDocument read =
                        RuleReader.strict().withAppRequired().read(document, "document");
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
         * Each field of each document, left out and of another type in turn: what the reader
         * refuses so is what a schema can say, but of the fields that may be of two types.
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
    }

    @Nested
    class WebhooksAndManifests {

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

        private void configureWebhook(int port, TestCertificate key, String policy)
                throws Exception {
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
                            Base64.getEncoder()
                                    .encodeToString(Files.readAllBytes(key.certificate())));
            RealApiServer.Answer answer =
                    server.apply(WEBHOOKS + "test.opensergo.io", configuration);
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
                                path + "/" + each.at("/metadata/name").asText() + "?dryRun=All",
                                each);
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
    }
}
