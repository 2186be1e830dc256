package io.opensergo.governance;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.TrafficLane;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of every kind that decisions need, as they are at one moment; immutable. */
final class RuleBook {

    /** The kinds that a governor needs. */
    static final List<RuleKind<? extends Rule>> KINDS =
            List.of(
                    FaultToleranceRule.KIND,
                    RateLimitStrategy.KIND,
                    ThrottlingStrategy.KIND,
                    ConcurrencyLimitStrategy.KIND,
                    CircuitBreakerStrategy.KIND,
                    AdaptiveOverloadProtectionStrategy.KIND,
                    HttpRequestFallbackAction.KIND,
                    TrafficRouter.KIND,
                    TrafficLane.KIND,
                    VirtualWorkload.KIND);

    static final RuleBook EMPTY = new RuleBook(Map.of(), Map.of(), Set.of());

    private final Map<RuleKind<?>, List<Rule>> rules;
    private final Map<String, Long> versions;
    private final Set<RuleKind<?>> answered;

    private RuleBook(
            Map<RuleKind<?>, List<Rule>> rules,
            Map<String, Long> versions,
            Set<RuleKind<?>> answered) {
        this.rules = rules;
        this.versions = versions;
        this.answered = answered;
    }

    /**
     * Returns the rules given, without versions.
     *
     * @throws IllegalArgumentException if there is one of a kind that no decision needs
     */
    static RuleBook of(Collection<? extends Rule> all) {
        Map<RuleKind<?>, List<Rule>> rules = new LinkedHashMap<>();
        for (Rule rule : all) {
            if (!KINDS.contains(rule.kind())) {
                throw new IllegalArgumentException(
                        "a governor has no use for a rule of kind "
                                + rule.kind()
                                + ": "
                                + rule.name());
            }
            rules.computeIfAbsent(rule.kind(), kind -> new ArrayList<>()).add(rule);
        }
        return new RuleBook(rules, Map.of(), Set.copyOf(KINDS));
    }

    /** Returns this book with other rules of one kind. */
    RuleBook with(RuleKind<?> kind, List<? extends Rule> newRules, long version) {
        Map<RuleKind<?>, List<Rule>> changed = new HashMap<>(rules);
        changed.put(kind, List.copyOf(newRules));
        Map<String, Long> newVersions = new HashMap<>(versions);
        newVersions.put(kind.name(), version);
        return new RuleBook(changed, newVersions, answered).withAnswered(kind);
    }

    /** Returns this book, of which one more kind is known to be as it says. */
    RuleBook withAnswered(RuleKind<?> kind) {
        Set<RuleKind<?>> more = new HashSet<>(answered);
        more.add(kind);
        return new RuleBook(rules, versions, more);
    }

    /** Returns whether every kind is known to be as this book says. */
    boolean isComplete() {
        return answered.containsAll(KINDS);
    }

    /** Returns the rules of a kind, in their order. */
    <R extends Rule> List<R> of(RuleKind<R> kind) {
        return rules.getOrDefault(kind, List.of()).stream().map(kind.type()::cast).toList();
    }

    /** Returns the strategies of every kind. */
    List<Strategy> strategies() {
        List<Strategy> strategies = new ArrayList<>();
        for (List<Rule> ofKind : rules.values()) {
            for (Rule rule : ofKind) {
                if (rule instanceof Strategy strategy) {
                    strategies.add(strategy);
                }
            }
        }
        return strategies;
    }

    Map<String, Long> versions() {
        return versions;
    }
}
