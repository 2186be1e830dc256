package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import io.opensergo.governance.PlanProblem;
import io.opensergo.rules.Rule;
import java.util.List;
import java.util.Map;

/**
 * What the rules of one application come to, in Sentinel and in the slot; immutable.
 *
 * @param flowRules flow rules for Sentinel
 * @param degradeRules circuit breaker rules for Sentinel
 * @param systemRules system rules for Sentinel
 * @param slotRules rules for the slot's governor
 * @param bindings what Sentinel's rules are the translations of
 * @param enforcements who enforces what
 * @param problems what cannot be used, or not as it says
 */
record Contribution(
        List<FlowRule> flowRules,
        List<DegradeRule> degradeRules,
        List<SystemRule> systemRules,
        List<Rule> slotRules,
        Map<RuleOrigin, ResourceBinding> bindings,
        List<Enforcement> enforcements,
        List<PlanProblem> problems) {

    static final Contribution NONE =
            new Contribution(
                    List.of(), List.of(), List.of(), List.of(), Map.of(), List.of(), List.of());

    Contribution {
        flowRules = List.copyOf(flowRules);
        degradeRules = List.copyOf(degradeRules);
        systemRules = List.copyOf(systemRules);
        slotRules = List.copyOf(slotRules);
        bindings = Map.copyOf(bindings);
        enforcements = List.copyOf(enforcements);
        problems = List.copyOf(problems);
    }
}
