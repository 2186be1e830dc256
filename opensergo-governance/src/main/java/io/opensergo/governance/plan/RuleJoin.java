package io.opensergo.governance.plan;

import io.opensergo.rules.RuleId;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins the rules of a book with the strategies and actions that they name. A missing reference is
 * reported, and the rest of its rule applies.
 *
 * <p>Confined to one thread; what it returns may be published.
 */
public final class RuleJoin {

    /**
     * A reference to something that is not there.
     *
     * @param rule the rule that has it
     * @param problem what is wrong and what applies instead, as the end of a sentence about the
     *     rule
     */
    public record Dangling(FaultToleranceRule rule, String problem) {}

    private final References references;
    private final Map<String, Map<RuleId, StrategyBinding>> byResource = new LinkedHashMap<>();
    private final Set<RuleId> referredTo = new HashSet<>();
    private final List<StrategyBinding> ofProcess;
    private final List<Dangling> danglingStrategies = new ArrayList<>(0);
    private final List<Dangling> danglingActions = new ArrayList<>(0);

    /** Joins the rules of a book. */
    public RuleJoin(RuleBook book) {
        references = new References(book);
        book.of(FaultToleranceRule.KIND).forEach(this::bind);
        ofProcess = book.isKnown(FaultToleranceRule.KIND) ? unreferredOverload(book) : List.of();
    }

    private List<StrategyBinding> unreferredOverload(RuleBook book) {
        return book.of(AdaptiveOverloadProtectionStrategy.KIND).stream()
                .filter(strategy -> !referredTo.contains(strategy.id()))
                .map(strategy -> new StrategyBinding(null, strategy, null))
                .toList();
    }

    /** Returns the resources that rules name. */
    public Set<String> resources() {
        return byResource.keySet();
    }

    /** Returns what protects a resource that a rule names, in the order of the rules. */
    public Collection<StrategyBinding> of(String resource) {
        return byResource.getOrDefault(resource, Map.of()).values();
    }

    /**
     * Returns what protects the whole process: overload protection that no rule refers to. None
     * while the rules that may refer to it are not known.
     */
    public List<StrategyBinding> ofProcess() {
        return ofProcess;
    }

    /** Returns the references to strategies that do not exist, or that are not just one. */
    public List<Dangling> danglingStrategies() {
        return danglingStrategies;
    }

    /** Returns the references to fallback actions that do not exist. */
    public List<Dangling> danglingActions() {
        return danglingActions;
    }

    /**
     * Puts the strategies of a rule on its resources; the first rule to bring an equal one wins.
     */
    private void bind(FaultToleranceRule rule) {
        FaultToleranceRule.Resolution resolution = references.resolve(rule);
        resolution.dangling().forEach(ref -> reportDangling(rule, ref));
        HttpRequestFallbackAction action = action(rule);
        for (Strategy strategy : resolution.strategies()) {
            referredTo.add(strategy.id());
            var binding = new StrategyBinding(rule, strategy, action);
            for (ResourceRef target : rule.targets()) {
                byResource
                        .computeIfAbsent(target.targetResourceName(), name -> new LinkedHashMap<>())
                        .merge(strategy.id(), binding, RuleJoin::preferEnforced);
            }
        }
    }

    private static StrategyBinding preferEnforced(StrategyBinding first, StrategyBinding second) {
        return first.shadow() && !second.shadow() ? second : first;
    }

    private @Nullable HttpRequestFallbackAction action(FaultToleranceRule rule) {
        HttpRequestFallbackAction action = references.action(rule);
        if (action == null && rule.fallbackAction() != null) {
            danglingActions.add(
                    new Dangling(
                            rule,
                            "refers to HttpRequestFallbackAction '%s', which does not exist in namespace '%s'; refused requests get the default response"
                                    .formatted(
                                            rule.fallbackAction(), rule.metadata().namespace())));
        }
        return action;
    }

    private void reportDangling(FaultToleranceRule rule, StrategyRef ref) {
        String reference = ref.kind() == null ? "strategy" : ref.kind().documentName();
        boolean ambiguous = ref.kind() == null && references.hasStrategy(ref.name());
        String problem =
                ambiguous
                        ? "refers to '%s' without a kind, which does not name exactly one strategy of namespace '%s'; add the kind"
                                .formatted(ref.name(), rule.metadata().namespace())
                        : "refers to %s '%s', which does not exist in namespace '%s'; the rest of the rule applies"
                                .formatted(reference, ref.name(), rule.metadata().namespace());
        danglingStrategies.add(new Dangling(rule, problem));
    }
}
