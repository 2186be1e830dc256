package io.opensergo.adapters.overhead;

import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.EntryType;
import com.alibaba.csp.sentinel.SphU;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.slots.block.RuleConstant;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRuleManager;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Target;
import io.opensergo.client.OpenSergoClients;
import io.opensergo.controlplane.ControlPlane;
import io.opensergo.sentinel.OpenSergoSentinel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries of one resource under one flow rule: loaded by hand, or by the adapter. */
final class SentinelLoad implements Load {

    private static final String RESOURCE = "GET:/orders";

    private final Workers workers = new Workers(1);
    private final @Nullable Governed adapter;

    SentinelLoad(boolean governed) {
        adapter = governed ? new Governed() : null;
        if (!governed) {
            var rule = new FlowRule(RESOURCE);
            rule.setGrade(RuleConstant.FLOW_GRADE_QPS);
            rule.setCount(1_000_000_000);
            FlowRuleManager.loadRules(List.of(rule));
        }
    }

    /** The adapter is not in the class path otherwise. */
    private static final class Governed implements AutoCloseable {

        private final ControlPlane controlPlane = Rules.limiting(RESOURCE);
        private final OpenSergoClient client =
                OpenSergoClients.connect("localhost:" + controlPlane.port());
        private final OpenSergoSentinel sentinel =
                OpenSergoSentinel.start(client, Target.of(Rules.APP));

        Governed() {
            sentinel.ready().block(Rules.PATIENCE);
            if (FlowRuleManager.getRules().size() != 1) {
                throw new IllegalStateException("not governed: " + FlowRuleManager.getRules());
            }
        }

        @Override
        public void close() {
            sentinel.close();
            client.close();
            controlPlane.close();
        }
    }

    @Override
    public long run(Duration time) throws Exception {
        return workers.run(time, SentinelLoad::enter);
    }

    private static boolean enter() {
        try (Entry entry = SphU.entry(RESOURCE, EntryType.IN)) {
            return entry != null;
        } catch (BlockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        workers.close();
        if (adapter != null) {
            adapter.close();
        }
    }
}
