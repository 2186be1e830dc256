package io.opensergo.sentinel;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Collects what the slot has to enforce as rules for its governor: of each rule that part which
 * Sentinel does not enforce, resource by resource.
 */
final class SlotRules {

    private final Map<RuleId, Rule> named = new LinkedHashMap<>();
    private final Map<Place, List<StrategyRef>> references = new LinkedHashMap<>();

    private record Place(FaultToleranceRule rule, String resource) {}

    void add(ResourceBinding binding) {
        named.put(binding.strategy().id(), binding.strategy());
        if (binding.fallback() != null) {
            named.put(binding.fallback().id(), binding.fallback());
        }
        FaultToleranceRule rule = binding.rule();
        if (rule != null) {
            references
                    .computeIfAbsent(new Place(rule, binding.resource()), it -> new ArrayList<>(1))
                    .add(StrategyRef.to(binding.strategy()));
        }
    }

    List<Rule> all() {
        List<Rule> rules = new ArrayList<>(named.values());
        references.forEach(
                (place, strategies) ->
                        rules.add(
                                place.rule.toBuilder()
                                        .targets(List.of(ResourceRef.of(place.resource)))
                                        .strategies(strategies)
                                        .fallbackAction(fallback(place.rule))
                                        .build()));
        return rules;
    }

    /** An action that does not exist was reported already. */
    private @Nullable String fallback(FaultToleranceRule rule) {
        String name = rule.fallbackAction();
        if (name == null) {
            return null;
        }
        String kind = HttpRequestFallbackAction.KIND.wireName();
        boolean exists = named.containsKey(new RuleId(kind, rule.metadata().namespace(), name));
        return exists ? name : null;
    }
}
