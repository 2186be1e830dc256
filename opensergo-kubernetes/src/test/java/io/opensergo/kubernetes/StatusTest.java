package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.QUICK;
import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opensergo.kubernetes.HttpSockets.Request;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The state of objects, written into their status. */
class StatusTest {

    private static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    private static final RuleKind<?> PROTECTION = FaultToleranceRule.KIND;

    private final Recorder heard = new Recorder();
    private final List<KubernetesRuleSource> started = new ArrayList<>();

    @TempDir private Path directory;
    private ScriptedApiServer server;

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new ScriptedApiServer();
        server.install(RATE, PROTECTION);
        server.apply(RATE, "shop", "a", rate(10));
    }

    @AfterEach
    void end() throws Exception {
        started.forEach(KubernetesRuleSource::close);
        server.close();
    }

    @Test
    void validRuleIsAccepted() throws Exception {
        start(heard);

        awaitCondition(RATE, "a", "Accepted", "True", "Accepted");
        JsonNode status = server.statusOf(RATE, "shop", "a");
        assertThat(status.at("/conditions/0/observedGeneration").asLong()).isEqualTo(1);
        assertThat(status.findValues("lastTransitionTime")).isEmpty();
    }

    @Test
    void nothingIsWrittenUnlessAskedFor() throws Exception {
        start(source().writeStatus(false), heard);
        server.apply(RATE, "shop", "b", "{}");
        await().until(() -> heard.problems().contains("shop/b"));

        assertThat(server.requests()).allMatch(each -> each.method().equals("GET"));
    }

    @Test
    void ruleThatIsRefusedSaysWhereAndWhyAndHasAnEvent() throws Exception {
        start(heard);
        awaitCondition(RATE, "a", "Accepted", "True", "Accepted");

        server.apply(RATE, "shop", "a", rate(-1));

        awaitCondition(RATE, "a", "Accepted", "False", "Invalid");
        JsonNode condition = server.statusOf(RATE, "shop", "a").at("/conditions/0");
        assertThat(condition.path("message").asText())
                .startsWith("spec.threshold must be a whole number");
        assertThat(condition.path("observedGeneration").asLong()).isEqualTo(2);
        await().until(() -> server.posted().size() == 1);
        JsonNode event = server.posted().get(0);
        assertThat(event.at("/involvedObject/name").asText()).isEqualTo("a");
        assertThat(event.path("type").asText()).isEqualTo("Warning");
        assertThat(event.path("message")).isEqualTo(condition.path("message"));

        server.apply(RATE, "shop", "a", rate(3));
        awaitCondition(RATE, "a", "Accepted", "True", "Accepted");
    }

    @Test
    void referencesAreResolvedWhenWhatTheyNameIsThere() throws Exception {
        server.apply(
                PROTECTION,
                "shop",
                "p",
                """
                {"targets": [{"targetResourceName": "GET:/x"}],
                 "strategies": [{"name": "later", "kind": "RateLimitStrategy"}]}
                """);
        start(heard);
        awaitCondition(PROTECTION, "p", "ResolvedRefs", "False", "RefNotFound");
        assertThat(server.statusOf(PROTECTION, "shop", "p").toString())
                .contains("names 'later'", "RateLimitStrategy of application 'shop'");

        server.apply(RATE, "shop", "later", rate(1));
        awaitCondition(PROTECTION, "p", "ResolvedRefs", "True", "ResolvedRefs");

        server.delete(RATE, "shop", "later");
        awaitCondition(PROTECTION, "p", "ResolvedRefs", "False", "RefNotFound");
    }

    @Test
    void whatIsWrittenAlreadyIsNotWrittenAgain() throws Exception {
        start(heard);
        awaitCondition(RATE, "a", "Accepted", "True", "Accepted");
        long before = patches("a");

        start(new Recorder());
        server.apply(RATE, "shop", "b", rate(1));
        awaitCondition(RATE, "b", "Accepted", "True", "Accepted");

        assertThat(patches("a")).isEqualTo(before);
    }

    /** Each version of the cluster is one write; equal writes of the other leave it as it is. */
    @Test
    void replicasWriteTheSameAndComeToRest() throws Exception {
        IntStream.range(0, 30).forEach(i -> server.apply(RATE, "shop", "n" + i, rate(i - 10)));
        var other = new Recorder();
        start(heard);
        start(other);
        for (int i = 0; i < 30; i++) {
            String wanted = i < 10 ? "False" : "True";
            awaitCondition(RATE, "n" + i, "Accepted", wanted, i < 10 ? "Invalid" : "Accepted");
        }
        long last = server.apply(RATE, "shop", "last", rate(1));
        awaitCondition(RATE, "last", "Accepted", "True", "Accepted");

        await().until(() -> heard.revision() == other.revision());
        assertThat(server.posted()).hasSize(10);
        assertThat(server.versionNow()).isEqualTo(last + 1);
    }

    @Test
    void rightThatIsMissingIsNamedAndTheRulesAreServed() throws Exception {
        AutoCloseable forbidden =
                server.refuse(
                        403,
                        "User \"me\" cannot patch",
                        request -> request.method().equals("PATCH"));
        start(heard);

        await().untilAsserted(
                        () ->
                                assertThat(heard.problems())
                                        .contains(
                                                "User \"me\" cannot patch",
                                                "grant the verb patch on"
                                                        + " ratelimitstrategies/status.fault-tolerance.opensergo.io"));
        assertThat(heard.names()).hasSize(1);

        forbidden.close();
        awaitCondition(RATE, "a", "Accepted", "True", "Accepted");
        await().until(() -> heard.problems().isEmpty());
    }

    @Test
    void crdThatKeepsNoConditionsIsNamed() throws Exception {
        server.pruneConditions(true);
        start(heard);

        await().until(() -> heard.problems().contains("keeps no conditions"));

        server.pruneConditions(false);
        awaitCondition(RATE, "a", "Accepted", "True", "Accepted");
        await().until(() -> heard.problems().isEmpty());
    }

    /** Of another version, say, which words its messages in another way. */
    @Test
    void anotherWriterWhoWantsSomethingElseIsLeftItsWill() throws Exception {
        start(heard);

        for (int i = 0; !hasGivenUp(); i++) {
            await().until(
                            () ->
                                    hasGivenUp()
                                            || condition(RATE, "a", "Accepted")
                                                    .path("reason")
                                                    .asText()
                                                    .equals("Accepted"));
            server.overwriteStatus(RATE, "shop", "a", "other " + i);
        }

        assertThat(patches("a")).isLessThanOrEqualTo(5);
        server.apply(RATE, "shop", "a", rate(5));
        await().until(() -> heard.problems().isEmpty());
    }

    private void awaitCondition(
            RuleKind<?> kind, String name, String type, String status, String reason) {
        await().untilAsserted(
                        () -> {
                            JsonNode condition = condition(kind, name, type);
                            assertThat(condition.path("status").asText()).isEqualTo(status);
                            assertThat(condition.path("reason").asText()).isEqualTo(reason);
                        });
    }

    private boolean hasGivenUp() {
        return heard.problems().contains("again and again");
    }

    private JsonNode condition(RuleKind<?> kind, String name, String type) {
        for (JsonNode each : server.statusOf(kind, "shop", name).path("conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each;
            }
        }
        return server.statusOf(kind, "shop", name).path("none");
    }

    private long patches(String name) {
        return server.requests().stream()
                .filter(each -> each.method().equals("PATCH"))
                .map(Request::path)
                .filter(path -> path.endsWith("/" + name + "/status"))
                .count();
    }

    private KubernetesRuleSourceBuilder source() throws Exception {
        Path file = Kubeconfigs.withToken(directory.resolve("kubeconfig"), server.url(), "t");
        return KubernetesRuleSource.builder()
                .kubeconfig(file)
                .timing(QUICK)
                .startTimeout(Duration.ofSeconds(60))
                .writeStatus(true);
    }

    private void start(Recorder recorder) throws Exception {
        start(source(), recorder);
    }

    private void start(KubernetesRuleSourceBuilder builder, Recorder recorder) {
        KubernetesRuleSource source = builder.build();
        source.start(recorder);
        started.add(source);
    }
}
