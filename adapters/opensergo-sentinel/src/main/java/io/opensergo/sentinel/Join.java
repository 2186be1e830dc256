package io.opensergo.sentinel;

import io.opensergo.governance.PlanProblem;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins rules with the strategies and actions that they name. What dangles is reported, and the
 * rest of the rule applies. For one use.
 */
final class Join {

    private final List<Strategy> strategies;
    private final Map<RuleId, HttpRequestFallbackAction> actions = new HashMap<>();
    private final Map<String, Map<RuleId, Binding>> bindings = new LinkedHashMap<>();
    private final Set<RuleId> referredTo = new HashSet<>();
    private final List<PlanProblem> problems = new ArrayList<>();

    Join(Rulebook book) {
        strategies = book.strategies();
        for (HttpRequestFallbackAction action : book.of(HttpRequestFallbackAction.KIND)) {
            actions.put(action.id(), action);
        }
        book.of(FaultToleranceRule.KIND).forEach(this::bind);
        for (AdaptiveOverloadProtectionStrategy strategy :
                book.of(AdaptiveOverloadProtectionStrategy.KIND)) {
            if (!referredTo.contains(strategy.id())) {
                add(new Binding(Binding.WHOLE_PROCESS, null, strategy, null));
            }
        }
    }

    /** Returns the strategies of each resource, those of the whole process under no name. */
    Collection<Collection<Binding>> byResource() {
        return bindings.values().stream().map(Map::values).toList();
    }

    /** Returns what dangles. */
    List<PlanProblem> problems() {
        return problems;
    }

    private void bind(FaultToleranceRule rule) {
        FaultToleranceRule.Resolution resolution = rule.resolve(strategies);
        resolution.dangling().forEach(ref -> reportDangling(rule, ref));
        HttpRequestFallbackAction action = action(rule);
        for (Strategy strategy : resolution.strategies()) {
            referredTo.add(strategy.id());
            for (ResourceRef target : rule.targets()) {
                add(new Binding(target.targetResourceName(), rule, strategy, action));
            }
        }
    }

    /** Of several rules that bring the same strategy to a resource, the first one enforced wins. */
    private void add(Binding binding) {
        bindings.computeIfAbsent(binding.resource(), name -> new LinkedHashMap<>())
                .merge(
                        binding.strategy().id(),
                        binding,
                        (first, second) -> first.isShadow() && !second.isShadow() ? second : first);
    }

    private @Nullable HttpRequestFallbackAction action(FaultToleranceRule rule) {
        if (rule.fallbackAction() == null) {
            return null;
        }
        String namespace = rule.metadata().namespace();
        String kind = HttpRequestFallbackAction.KIND.wireName();
        HttpRequestFallbackAction action =
                actions.get(new RuleId(kind, namespace, rule.fallbackAction()));
        if (action == null) {
            problems.add(
                    new PlanProblem(
                            PlanProblem.Type.DANGLING_FALLBACK_ACTION,
                            rule.name(),
                            "FaultToleranceRule '%s' refers to HttpRequestFallbackAction '%s', which does not exist in namespace '%s'; refused requests have no fallback"
                                    .formatted(rule.name(), rule.fallbackAction(), namespace)));
        }
        return action;
    }

    private void reportDangling(FaultToleranceRule rule, StrategyRef ref) {
        String reference = ref.kind() == null ? "strategy" : ref.kind().documentName();
        boolean ambiguous =
                ref.kind() == null
                        && strategies.stream().anyMatch(it -> it.name().equals(ref.name()));
        String message =
                ambiguous
                        ? "FaultToleranceRule '%s' refers to '%s' without a kind, which does not name exactly one strategy of namespace '%s'; add the kind"
                                .formatted(rule.name(), ref.name(), rule.metadata().namespace())
                        : "FaultToleranceRule '%s' refers to %s '%s', which does not exist in namespace '%s'; the rest of the rule applies"
                                .formatted(
                                        rule.name(),
                                        reference,
                                        ref.name(),
                                        rule.metadata().namespace());
        problems.add(new PlanProblem(PlanProblem.Type.DANGLING_STRATEGY, rule.name(), message));
    }
}
