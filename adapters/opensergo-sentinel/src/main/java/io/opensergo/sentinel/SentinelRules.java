package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.slots.block.degrade.DegradeRule;
import com.alibaba.csp.sentinel.slots.block.flow.FlowRule;
import com.alibaba.csp.sentinel.slots.system.SystemRule;
import com.alibaba.csp.sentinel.slots.system.SystemRuleManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Our rules in Sentinel's rule managers. There is one of each manager in a JVM, so there is one of
 * this class too, which holds what each application that is followed contributes.
 */
final class SentinelRules {

    static final SentinelRules OF_JVM = new SentinelRules();

    private final MergedProperty<FlowRule> flow = new MergedProperty<>(RuleManagerPort.FLOW);
    private final MergedProperty<DegradeRule> degrade =
            new MergedProperty<>(RuleManagerPort.DEGRADE);
    private final MergedProperty<SystemRule> system = new MergedProperty<>(RuleManagerPort.SYSTEM);
    private final TokenServerRules tokenServer = TokenServerRules.find();

    private final Map<Object, Contribution> contributions = new LinkedHashMap<>(); // under this

    /** Written under this, as is the next. */
    private volatile Map<RuleOrigin, ResourceBinding> bindings = Map.of();

    private volatile List<SystemRule> systemRules = List.of();

    private SentinelRules() {}

    /** Puts what an application contributes in the place of what it did before. */
    synchronized void put(Object application, Contribution contribution) {
        contributions.put(application, contribution);
        apply();
    }

    /** Withdraws what an application contributes; the last one to go leaves Sentinel as it was. */
    synchronized void remove(Object application) {
        if (contributions.remove(application) == null) {
            return;
        }
        apply();
        if (contributions.isEmpty()) {
            flow.detach();
            degrade.detach();
            system.detach();
        }
    }

    /** Returns what a rule of Sentinel's is the translation of, if it is in force. */
    Optional<ResourceBinding> binding(RuleOrigin origin) {
        return Optional.ofNullable(bindings.get(origin));
    }

    /**
     * Returns the strategy that sets the CPU usage above which Sentinel refuses requests: its
     * exception has no rule. Empty if the user sets a lower one.
     */
    Optional<ResourceBinding> cpuLimit() {
        return systemRules.stream()
                .min(Comparator.comparingDouble(SystemRule::getHighestCpuUsage))
                .filter(
                        rule ->
                                Double.compare(
                                                rule.getHighestCpuUsage(),
                                                SystemRuleManager.getCpuUsageThreshold())
                                        == 0)
                .flatMap(rule -> binding(((Governed) rule).origin()));
    }

    private void apply() {
        Map<RuleOrigin, ResourceBinding> all = new HashMap<>();
        contributions.values().forEach(contribution -> all.putAll(contribution.bindings()));
        bindings = Map.copyOf(all);
        List<FlowRule> flowRules = collect(Contribution::flowRules);
        flow.setOurs(flowRules);
        degrade.setOurs(collect(Contribution::degradeRules));
        systemRules = List.copyOf(collect(Contribution::systemRules));
        system.setOurs(systemRules);
        tokenServer.load(flowRules.stream().filter(FlowRule::isClusterMode).toList());
    }

    private <R> List<R> collect(Function<Contribution, Collection<R>> rules) {
        List<R> all = new ArrayList<>();
        contributions.values().forEach(contribution -> all.addAll(rules.apply(contribution)));
        return all;
    }
}
