package io.opensergo.governance.plan;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The strategies and actions of a book, as rules name them. Immutable. */
final class References {

    private final Map<String, List<Strategy>> strategiesByName = new HashMap<>();
    private final Map<RuleId, HttpRequestFallbackAction> actions = new HashMap<>();

    References(RuleBook book) {
        for (Strategy strategy : book.strategies()) {
            strategiesByName
                    .computeIfAbsent(strategy.name(), name -> new ArrayList<>(1))
                    .add(strategy);
        }
        for (HttpRequestFallbackAction action : book.of(HttpRequestFallbackAction.KIND)) {
            actions.put(action.id(), action);
        }
    }

    /**
     * Returns the strategies that a rule names, and the references that lead to none or several.
     */
    FaultToleranceRule.Resolution resolve(FaultToleranceRule rule) {
        Set<Strategy> candidates = new LinkedHashSet<>();
        for (StrategyRef ref : rule.strategies()) {
            candidates.addAll(strategiesByName.getOrDefault(ref.name(), List.of()));
        }
        return rule.resolve(candidates);
    }

    /** Returns whether there are strategies of a name, of whatever kinds. */
    boolean hasStrategy(String name) {
        return strategiesByName.containsKey(name);
    }

    /** Returns the action that a rule names; {@code null} if it names none, or none that exists. */
    @Nullable HttpRequestFallbackAction action(FaultToleranceRule rule) {
        return rule.fallbackAction() == null
                ? null
                : actions.get(
                        RuleId.of(
                                HttpRequestFallbackAction.KIND,
                                rule.metadata().namespace(),
                                rule.fallbackAction()));
    }
}
