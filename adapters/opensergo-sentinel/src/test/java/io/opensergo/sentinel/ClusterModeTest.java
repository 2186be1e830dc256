package io.opensergo.sentinel;

import static org.assertj.core.api.Assertions.assertThat;

import com.alibaba.csp.sentinel.cluster.ClusterStateManager;
import com.alibaba.csp.sentinel.cluster.TokenResult;
import com.alibaba.csp.sentinel.cluster.TokenResultStatus;
import com.alibaba.csp.sentinel.cluster.TokenService;
import com.alibaba.csp.sentinel.cluster.client.TokenClientProvider;
import com.alibaba.csp.sentinel.cluster.client.config.ClusterClientAssignConfig;
import com.alibaba.csp.sentinel.cluster.client.config.ClusterClientConfig;
import com.alibaba.csp.sentinel.cluster.client.config.ClusterClientConfigManager;
import com.alibaba.csp.sentinel.cluster.flow.rule.ClusterFlowRuleManager;
import com.alibaba.csp.sentinel.cluster.server.ClusterTokenServer;
import com.alibaba.csp.sentinel.cluster.server.EmbeddedClusterTokenServerProvider;
import com.alibaba.csp.sentinel.cluster.server.SentinelDefaultTokenServer;
import com.alibaba.csp.sentinel.cluster.server.config.ClusterServerConfigManager;
import com.alibaba.csp.sentinel.cluster.server.config.ServerTransportConfig;
import com.alibaba.csp.sentinel.config.SentinelConfig;
import com.alibaba.csp.sentinel.property.DynamicSentinelProperty;
import com.alibaba.csp.sentinel.slots.block.flow.ClusterFlowConfig;
import com.alibaba.csp.sentinel.slots.block.flow.FlowException;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import io.opensergo.governance.Rejection;
import io.opensergo.rules.faulttolerance.LimitMode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits of all instances together, which a token server of Sentinel's hands out. */
@Timeout(120)
class ClusterModeTest {

    private static final int LIMIT = 50;

    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        rig = Rig.start();
    }

    @AfterEach
    void stop() {
        ClusterStateManager.applyState(ClusterStateManager.CLUSTER_NOT_STARTED);
        rig.close();
    }

    @Test
    void whileNoTokenServerAnswersTheWholeLimitAppliesToThisInstance() {
        long flowId = govern("alone");

        assertThat(Calls.passed("alone", LIMIT / 2)).isEqualTo(LIMIT / 2);
        assertThat(ClusterFlowRuleManager.getFlowRuleById(flowId)).isNotNull();
        rig.source.put(Rules.rate(Rules.metadata("alone"), LimitMode.GLOBAL, 0, 1));
        Rig.eventually(() -> !Calls.passes("alone"));
    }

    @Test
    void anEmbeddedTokenServerCountsTheRequestsOfAllInstances() {
        ClusterServerConfigManager.loadGlobalTransportConfig(transport(FreePort.find()));
        assertThat(ClusterStateManager.setToServer()).isTrue();
        long flowId = govern("embedded");

        TokenService server = EmbeddedClusterTokenServerProvider.getServer();

        assertRefusedWhenOthersHaveUsedTheLimitUp("embedded", flowId, server);
        assertThat(rig.sentinel.problems()).isEmpty();
    }

    @Test
    void aTokenServerIsAskedOverASocketAndItsLossIsSurvived() throws Exception {
        int port = FreePort.find();
        ClusterServerConfigManager.loadGlobalTransportConfig(transport(port));
        ClusterServerConfigManager.loadServerNamespaceSet(Set.of(SentinelConfig.getAppName()));
        ClusterTokenServer server = new SentinelDefaultTokenServer();
        server.start();
        try {
            ClusterClientConfigManager.applyNewConfig(
                    new ClusterClientConfig().setRequestTimeout(5000));
            ClusterClientConfigManager.applyNewAssignConfig(
                    new ClusterClientAssignConfig("127.0.0.1", port));
            assertThat(ClusterStateManager.setToClient()).isTrue();
            long flowId = govern("client");

            assertRefusedWhenOthersHaveUsedTheLimitUp(
                    "client", flowId, TokenClientProvider.getClient());
        } finally {
            server.stop();
        }
        Rig.eventually(() -> Calls.passes("client"));
    }

    @Test
    void theTokenServersRulesGoWithTheRules() {
        long flowId = govern("gone");
        assertThat(ClusterFlowRuleManager.getFlowRuleById(flowId)).isNotNull();

        rig.source.replaceAll(List.of());
        rig.awaitStrategies("gone", 0);

        assertThat(ClusterFlowRuleManager.getFlowRuleById(flowId)).isNull();
    }

    @Test
    void theUsersRulesOfTheTokenServerStay() {
        FlowRule theirs = new FlowRule("theirs");
        theirs.setCount(9)
                .setClusterMode(true)
                .setClusterConfig(new ClusterFlowConfig().setFlowId(77L).setThresholdType(1));
        ClusterFlowRuleManager.registerPropertyIfAbsent("theirs");
        ClusterFlowRuleManager.loadRules("theirs", List.of(theirs));

        govern("beside");

        assertThat(ClusterFlowRuleManager.getFlowRuleById(77L)).isSameAs(theirs);
    }

    @Test
    void aTokenServerThatTakesNoRulesKeepsThemOutOfForceNowhereElse() {
        ClusterFlowRuleManager.setPropertySupplier(
                namespace -> {
                    throw new IllegalStateException("a fault of the user's");
                });
        try {
            ClusterFlowRuleManager.removeProperty(TokenServerRules.NAMESPACE);
            long flowId = govern("unserved");
            assertThat(ClusterFlowRuleManager.getFlowRuleById(flowId)).isNull();
            rig.put("served", 1, Rules.on("served", Rules.rate("served", 0, 1)));
            assertThat(Calls.passes("served")).isFalse();
        } finally {
            ClusterFlowRuleManager.setPropertySupplier(
                    namespace -> new DynamicSentinelProperty<>());
        }

        long flowId = govern("served-again");

        assertThat(ClusterFlowRuleManager.getFlowRuleById(flowId)).isNotNull();
    }

    private long govern(String resource) {
        rig.put(
                resource,
                1,
                Rules.on(
                        resource,
                        Rules.rate(Rules.metadata(resource), LimitMode.GLOBAL, LIMIT, 1)));
        return Rig.flowRules(resource).get(0).getClusterConfig().getFlowId();
    }

    /**
     * Another instance takes all tokens of a second, and this one gets none in it; alone, it would
     * never come near the limit. Tried until both fall into one second.
     */
    private static void assertRefusedWhenOthersHaveUsedTheLimitUp(
            String resource, long flowId, TokenService server) {
        Rig.eventually(
                () -> {
                    TokenResult taken = server.requestToken(flowId, LIMIT, false);
                    return taken.getStatus() == TokenResultStatus.OK
                            && Calls.refusal(resource)
                                    .filter(FlowException.class::isInstance)
                                    .flatMap(OpenSergoSentinel::rejectionOf)
                                    .map(Rejection::strategy)
                                    .filter(resource::equals)
                                    .isPresent();
                });
        Rig.eventually(() -> Calls.passes(resource));
    }

    private static ServerTransportConfig transport(int port) {
        return new ServerTransportConfig().setPort(port).setIdleSeconds(600);
    }
}
