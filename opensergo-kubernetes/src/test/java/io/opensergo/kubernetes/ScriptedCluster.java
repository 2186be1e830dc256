package io.opensergo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opensergo.kubernetes.HttpSockets.Request;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A source of the rules of an API server that does what the test says. */
abstract class ScriptedCluster {

    static final Timing QUICK =
            new Timing(
                    Duration.ofMillis(5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofMillis(20),
                    Duration.ofMillis(200),
                    Duration.ofMillis(50),
                    Duration.ofMillis(500));

    static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    static final RuleKind<?> SLOTS = ConcurrencyLimitStrategy.KIND;
    static final String A = "RateLimitStrategy shop/a";
    static final String B = "RateLimitStrategy shop/b";
    static final String C = "ConcurrencyLimitStrategy shop/c";

    final Recorder heard = new Recorder();

    @TempDir Path directory;
    ScriptedApiServer server;
    KubernetesRuleSource source;

    @BeforeAll
    static void lookOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new ScriptedApiServer();
        server.install(RATE, SLOTS);
        server.apply(RATE, "shop", "a", rate(10));
        server.apply(SLOTS, "shop", "c", slots(6));
    }

    @AfterEach
    void end() throws Exception {
        if (source != null) {
            source.close();
        }
        server.close();
    }

    KubernetesRuleSourceBuilder builder() throws Exception {
        Path file = Kubeconfigs.withToken(directory.resolve("kubeconfig"), server.url(), "t");
        return KubernetesRuleSource.builder().kubeconfig(file).timing(QUICK);
    }

    void start() {
        try {
            start(builder());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void start(KubernetesRuleSourceBuilder builder) {
        source = builder.startTimeout(Duration.ofSeconds(60)).build();
        source.start(heard);
    }

    void awaitRules(String... names) {
        await().untilAsserted(() -> assertThat(heard.names()).containsExactly(names));
    }

    long threshold(String id) {
        return ((RateLimitStrategy) heard.rule(id)).threshold();
    }

    List<String> lists() {
        return server.requests().stream()
                .filter(each -> !each.isWatch())
                .map(Request::path)
                .filter(path -> path.endsWith("strategies"))
                .toList();
    }

    static String rate(int threshold) {
        return "{\"metricType\":\"RequestAmount\",\"limitMode\":\"Local\",\"threshold\":"
                + threshold
                + ",\"statDurationSeconds\":1}";
    }

    static String slots(int max) {
        return "{\"maxConcurrency\":" + max + ",\"limitMode\":\"Local\"}";
    }
}
