package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.AbstractRule;
import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import io.opensergo.governance.PlanProblem;
import io.opensergo.rules.Rule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /**
     * Returns this with those rules of Sentinel's beside it that were in force before, where what
     * they come from has none of its kind here.
     */
    Contribution keepingRulesOf(Contribution before) {
        Map<RuleOrigin, ResourceBinding> all = new HashMap<>(before.bindings);
        all.putAll(bindings);
        return new Contribution(
                union(flowRules, before.flowRules),
                union(degradeRules, before.degradeRules),
                union(systemRules, before.systemRules),
                slotRules,
                all,
                enforcements,
                problems);
    }

    /** The ids of rules are those of what they come from. */
    private static <R extends AbstractRule> List<R> union(List<R> rules, List<R> before) {
        Set<Long> ids = rules.stream().map(AbstractRule::getId).collect(Collectors.toSet());
        return Stream.concat(
                        rules.stream(), before.stream().filter(rule -> !ids.contains(rule.getId())))
                .toList();
    }
}
