package io.opensergo.console.internal.api;

import io.opensergo.api.Target;
import io.opensergo.governance.Governor;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the rules of an application come to: by what each resource is protected, what routes there
 * are, and what the engine finds wrong.
 *
 * @param resources of each resource the rules, strategies and actions that protect it
 * @param routers of each router, workload and lane its rule
 * @param problems what the engine says of them
 */
record PlanView(
        Map<String, List<Rule>> resources,
        Map<String, Rule> routers,
        List<PlanProblemView> problems) {

    /** Overload protection that no rule names is the whole process's. */
    private static final String WHOLE_PROCESS = Governor.OTHER_RESOURCES;

    static PlanView of(Target target, Collection<Rule> all) {
        List<Rule> own =
                all.stream()
                        .filter(rule -> rule.metadata().namespace().equals(target.namespace()))
                        .filter(rule -> target.app().equals(rule.app()))
                        .toList();
        try (Governor governor = Governor.builder().rules(own).target(target).preview().build()) {
            return new PlanView(
                    resources(own), routers(own), PlanProblemView.of(governor.plan().problems()));
        }
    }

    private static Map<String, List<Rule>> resources(List<Rule> own) {
        List<Strategy> strategies = allOf(Strategy.class, own);
        List<HttpRequestFallbackAction> actions = allOf(HttpRequestFallbackAction.class, own);
        Map<String, List<Rule>> resources = new TreeMap<>();
        List<Strategy> named = new ArrayList<>();
        for (FaultToleranceRule rule : allOf(FaultToleranceRule.class, own)) {
            List<Strategy> found = rule.resolve(strategies).strategies();
            named.addAll(found);
            for (FaultToleranceRule.ResourceRef target : rule.targets()) {
                List<Rule> parts =
                        resources.computeIfAbsent(
                                target.targetResourceName(), name -> new ArrayList<>());
                parts.add(rule);
                parts.addAll(found);
                actions.stream()
                        .filter(action -> action.name().equals(rule.fallbackAction()))
                        .forEach(parts::add);
            }
        }
        for (Strategy each : strategies) {
            if (each instanceof AdaptiveOverloadProtectionStrategy && !named.contains(each)) {
                resources.computeIfAbsent(WHOLE_PROCESS, name -> new ArrayList<>()).add(each);
            }
        }
        return resources;
    }

    private static Map<String, Rule> routers(List<Rule> own) {
        Map<String, Rule> routers = new TreeMap<>();
        for (Rule rule : own) {
            if (rule instanceof TrafficRouter
                    || rule instanceof VirtualWorkload
                    || rule instanceof TrafficLane) {
                routers.put(rule.kind().name() + " " + rule.name(), rule);
            }
        }
        return routers;
    }

    private static <T extends Rule> List<T> allOf(Class<T> type, List<Rule> rules) {
        return rules.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
