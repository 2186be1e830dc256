package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.testsupport.TestCertificate;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the API server hears when somebody applies an object. */
class AdmissionWebhookTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    private static final RuleKind<?> PROTECTION = FaultToleranceRule.KIND;

    private static final List<Rule> RULES = new CopyOnWriteArrayList<>();

    @TempDir private static Path keys;
    private static TestCertificate key;
    private static AdmissionWebhook webhook;
    private static HttpClient client;

    @BeforeAll
    static void start() throws Exception {
        key = TestCertificate.selfSigned(keys, "webhook");
        webhook =
                AdmissionWebhook.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        key.context(),
                        RuleKinds.standard(),
                        () -> RULES);
        client = HttpClient.newBuilder().sslContext(key.context()).build();
    }

    @AfterAll
    static void end() {
        webhook.close();
    }

    @BeforeEach
    void forgetRules() {
        RULES.clear();
    }

    @Test
    void validRuleIsAdmittedWithoutAWord() throws Exception {
        JsonNode response = review(RATE, rate(1));

        assertThat(response.path("uid").asText()).isEqualTo("u-1");
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.has("warnings")).isFalse();
    }

    @Test
    void everyFaultIsNamedWithItsField() throws Exception {
        JsonNode response = review(RATE, "{threshold: -1, speed: 3}");

        assertThat(response.path("allowed").asBoolean(true)).isFalse();
        assertThat(response.at("/status/code").asInt()).isEqualTo(422);
        assertThat(response.at("/status/message").asText())
                .startsWith("RateLimitStrategy shop/a is no valid rule: ")
                .contains(
                        "spec.threshold must be a whole number",
                        "spec.speed is an unknown field",
                        "spec.limitMode is required");
    }

    @Test
    void ruleWithoutApplicationIsRefused() throws Exception {
        ObjectNode object = RealCluster.object(RATE, "shop", "a", rate(1));
        ((ObjectNode) object.get("metadata")).remove("labels");

        assertThat(review(object).at("/status/message").asText())
                .contains("metadata.labels.app is required");
    }

    @Test
    void referenceThatLeadsNowhereIsAWarning() throws Exception {
        String spec =
                "{targets: [{targetResourceName: x}], strategies: [{name: late}], fallbackAction: f}";

        JsonNode response = review(PROTECTION, spec);
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.path("warnings")).hasSize(2);
        assertThat(response.at("/warnings/0").asText())
                .isEqualTo(
                        "spec.strategies names 'late', which is no valid strategy of application"
                                + " 'shop' in namespace shop");

        RULES.add(
                RuleReader.strict()
                        .read(RealCluster.object(RATE, "shop", "late", rate(1)), "test")
                        .rule());
        assertThat(review(PROTECTION, spec).path("warnings")).hasSize(1);
    }

    @Test
    void whatIsNoRuleOfOursAndADeletionAreAdmitted() throws Exception {
        ObjectNode other = JSON.createObjectNode();
        other.put("apiVersion", "apps/v1").put("kind", "Deployment");

        assertThat(review(other).path("allowed").asBoolean()).isTrue();
        ObjectNode deletion = asked(JSON.createObjectNode());
        ((ObjectNode) deletion.get("request")).putNull("object");
        assertThat(
                        JSON.readTree(post(deletion.toString()).body())
                                .at("/response/allowed")
                                .asBoolean())
                .isTrue();
    }

    @Test
    void whatIsNoReviewIsRefused() throws Exception {
        assertThat(post("{}").statusCode()).isEqualTo(400);
        assertThat(post("no JSON").statusCode()).isEqualTo(400);
        assertThat(send("GET", "/validate", "").statusCode()).isEqualTo(405);
        assertThat(send("POST", "/", "{}").statusCode()).isEqualTo(404);
    }

    @Test
    void portThatIsTakenIsNamed() {
        var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), webhook.port());

        assertThatThrownBy(
                        () ->
                                AdmissionWebhook.start(
                                        taken, key.context(), RuleKinds.standard(), List::of))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot listen on");
    }

    private static JsonNode review(RuleKind<?> kind, String spec) throws Exception {
        return review(RealCluster.object(kind, "shop", "a", spec));
    }

    private static JsonNode review(ObjectNode object) throws Exception {
        HttpResponse<String> response = post(asked(object).toString());
        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode answer = JSON.readTree(response.body());
        assertThat(answer.path("apiVersion").asText()).isEqualTo("admission.k8s.io/v1");
        return answer.path("response");
    }

    private static ObjectNode asked(ObjectNode object) {
        ObjectNode review = JSON.createObjectNode();
        review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        review.putObject("request").put("uid", "u-1").set("object", object);
        return review;
    }

    private static HttpResponse<String> post(String body) throws Exception {
        return send("POST", "/validate", body);
    }

    private static HttpResponse<String> send(String method, String path, String body)
            throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + webhook.port() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
