package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.cluster.flow.rule.ClusterFlowRuleManager;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of a token server, by whose ids its clients ask for tokens. They are loaded into every
 * process that has Sentinel's token server on its class path, since any of them may become one, and
 * in a Sentinel namespace of their own, so that the user's stay as they are.
 */
class TokenServerRules {

    /** Sentinel's namespace of the rules. */
    static final String NAMESPACE = "opensergo";

    private static final Logger LOG = LoggerFactory.getLogger(TokenServerRules.class);

    private TokenServerRules() {}

    /** Returns the rules of the token server in this process; without effect if there is none. */
    static TokenServerRules find() {
        try {
            Class.forName(
                    "com.alibaba.csp.sentinel.cluster.flow.rule.ClusterFlowRuleManager",
                    false,
                    TokenServerRules.class.getClassLoader());
            return new OfServer();
        } catch (ClassNotFoundException e) {
            LOG.debug("No Sentinel token server on the class path", e);
            return new TokenServerRules();
        }
    }

    /** Makes these the only ones of ours. */
    void load(List<FlowRule> rules) {}

    /** Loaded only if the server's classes are there. */
    private static final class OfServer extends TokenServerRules {

        private List<FlowRule> loaded = List.of();

        @Override
        void load(List<FlowRule> rules) {
            if (rules.equals(loaded)) {
                return;
            }
            try {
                ClusterFlowRuleManager.registerPropertyIfAbsent(NAMESPACE);
                ClusterFlowRuleManager.loadRules(NAMESPACE, rules);
            } catch (RuntimeException e) { // such as the property supplier of the application
                LOG.error(
                        "The token server does not get the rules of namespace '{}'; tried again with their next change",
                        NAMESPACE,
                        e);
                return;
            }
            loaded = rules;
            for (FlowRule rule : rules) {
                if (ClusterFlowRuleManager.getFlowRuleById(rule.getClusterConfig().getFlowId())
                        == null) {
                    LOG.warn(
                            "The token server has no rule for '{}': the property supplier of its application has none for the namespace '{}'",
                            rule.getResource(),
                            NAMESPACE);
                }
            }
        }
    }
}
