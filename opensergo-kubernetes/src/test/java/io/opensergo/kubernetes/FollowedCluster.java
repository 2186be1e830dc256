package io.opensergo.kubernetes;

import static io.opensergo.kubernetes.ScriptedCluster.rate;
import static io.opensergo.kubernetes.ScriptedCluster.slots;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real API server, whose rules are followed. */
abstract class FollowedCluster {

    static final RuleKind<?> RATE = RateLimitStrategy.KIND;
    static final RuleKind<?> SLOTS = ConcurrencyLimitStrategy.KIND;

    @TempDir static Path directory;
    static RealApiServer server;
    static RealCluster cluster;

    final Recorder heard = new Recorder();
    final List<KubernetesRuleSource> started = new ArrayList<>();

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

    /** What the schema of a spec cannot say. */
    static ObjectNode withoutApp(String name) {
        ObjectNode object = RealCluster.object(RATE, "shop", name, rate(1));
        ((ObjectNode) object.get("metadata")).remove("labels");
        return object;
    }

    static KubernetesRuleSourceBuilder builder() throws IOException {
        return builder("admin-token");
    }

    static KubernetesRuleSourceBuilder builder(String token) throws IOException {
        return KubernetesRuleSource.builder()
                .kubeconfig(server.kubeconfig(token))
                .startTimeout(Duration.ofSeconds(60))
                .timing(ScriptedCluster.QUICK);
    }

    void start(KubernetesRuleSourceBuilder builder, Recorder recorder) {
        KubernetesRuleSource source = builder.build();
        source.start(recorder);
        started.add(source);
    }
}
