package io.opensergo.sentinel;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules of every kind that matter to Sentinel, as they are at one moment; immutable. */
final class Rulebook {

    /** The kinds that matter. The order of the strategies is that of their translations. */
    static final List<RuleKind<? extends Rule>> KINDS =
            List.of(
                    FaultToleranceRule.KIND,
                    RateLimitStrategy.KIND,
                    ThrottlingStrategy.KIND,
                    ConcurrencyLimitStrategy.KIND,
                    CircuitBreakerStrategy.KIND,
                    AdaptiveOverloadProtectionStrategy.KIND,
                    HttpRequestFallbackAction.KIND);

    static final Rulebook EMPTY = new Rulebook(Map.of());

    /** What is known of each kind; a kind of which nothing is known yet is missing. */
    private final Map<RuleKind<?>, List<? extends Rule>> rules;

    private Rulebook(Map<RuleKind<?>, List<? extends Rule>> rules) {
        this.rules = rules;
    }

    /** Returns this book with other rules of one kind. */
    Rulebook with(RuleKind<?> kind, List<? extends Rule> newRules) {
        Map<RuleKind<?>, List<? extends Rule>> changed = new HashMap<>(rules);
        changed.put(kind, List.copyOf(newRules));
        return new Rulebook(changed);
    }

    /** Returns this book, of which the rules of one more kind are known to be as it says. */
    Rulebook withAnswered(RuleKind<?> kind) {
        return with(kind, rules.getOrDefault(kind, List.of()));
    }

    /** Returns whether every kind is known, so that what dangles is an error and not early. */
    boolean isComplete() {
        return rules.keySet().containsAll(KINDS);
    }

    /** Returns the rules of a kind, in their order. */
    <R extends Rule> List<R> of(RuleKind<R> kind) {
        return rules.getOrDefault(kind, List.of()).stream().map(kind.type()::cast).toList();
    }

    /** Returns the strategies of every kind. */
    List<Strategy> strategies() {
        List<Strategy> strategies = new ArrayList<>();
        for (RuleKind<? extends Rule> kind : KINDS) {
            for (Rule rule : of(kind)) {
                if (rule instanceof Strategy strategy) {
                    strategies.add(strategy);
                }
            }
        }
        return strategies;
    }
}
