package io.opensergo.governance.plan;

import io.opensergo.api.RejectedRule;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.Problem;
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
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** The rules of an application of some kinds, as they are at one moment; immutable. */
public final class RuleBook {

    /** The kinds that protect resources. */
    public static final List<RuleKind<? extends Rule>> PROTECTION =
            List.of(
                    FaultToleranceRule.KIND,
                    RateLimitStrategy.KIND,
                    ThrottlingStrategy.KIND,
                    ConcurrencyLimitStrategy.KIND,
                    CircuitBreakerStrategy.KIND,
                    AdaptiveOverloadProtectionStrategy.KIND,
                    HttpRequestFallbackAction.KIND);

    /** The kinds that a governor needs. */
    public static final List<RuleKind<? extends Rule>> DECISIONS =
            Stream.concat(
                            PROTECTION.stream(),
                            Stream.of(TrafficRouter.KIND, TrafficLane.KIND, VirtualWorkload.KIND))
                    .toList();

    private final List<RuleKind<? extends Rule>> kinds;
    private final Map<RuleKind<?>, List<Rule>> rules;
    private final Map<String, Long> versions;
    private final Set<RuleKind<?>> answered;
    private final Map<RuleKind<?>, List<RejectedRule>> rejected;
    private final List<Problem> problems;
    private final List<String> rivals;

    private RuleBook(
            List<RuleKind<? extends Rule>> kinds,
            Map<RuleKind<?>, List<Rule>> rules,
            Map<String, Long> versions,
            Set<RuleKind<?>> answered,
            Map<RuleKind<?>, List<RejectedRule>> rejected) {
        this(kinds, rules, versions, answered, rejected, List.of(), List.of());
    }

    private RuleBook(
            List<RuleKind<? extends Rule>> kinds,
            Map<RuleKind<?>, List<Rule>> rules,
            Map<String, Long> versions,
            Set<RuleKind<?>> answered,
            Map<RuleKind<?>, List<RejectedRule>> rejected,
            List<Problem> problems,
            List<String> rivals) {
        this.kinds = kinds;
        this.rules = rules;
        this.versions = versions;
        this.answered = answered;
        this.rejected = rejected;
        this.problems = problems;
        this.rivals = rivals;
    }

    /** Returns a book of these kinds, of none of which anything is known. */
    public static RuleBook unknown(List<RuleKind<? extends Rule>> kinds) {
        return new RuleBook(List.copyOf(kinds), Map.of(), Map.of(), Set.of(), Map.of());
    }

    /**
     * Returns the rules given, without versions, and that there are no others for a governor.
     *
     * @throws IllegalArgumentException if there is one of a kind that no decision needs
     */
    public static RuleBook of(Collection<? extends Rule> all) {
        return of(all, new Belonging(null));
    }

    /**
     * Returns an application's own of the rules given, and that there are no others for a governor.
     *
     * @throws IllegalArgumentException if there is one of a kind that no decision needs
     */
    public static RuleBook of(Collection<? extends Rule> all, Belonging belonging) {
        for (Rule rule : all) {
            if (!DECISIONS.contains(rule.kind())) {
                throw new IllegalArgumentException(
                        "a governor has no use for a rule of kind "
                                + rule.kind()
                                + ": "
                                + rule.name());
            }
        }
        return of(all, belonging, List.of());
    }

    /**
     * Returns an application's own of the rules that documents hold, and that there are no others
     * for a governor. Rules of kinds that no decision needs are left out: a source may be there for
     * others too.
     *
     * @param problems what is wrong with the documents
     */
    public static RuleBook of(
            Collection<? extends Rule> all, Belonging belonging, List<Problem> problems) {
        List<Rule> used = new ArrayList<>(all);
        used.removeIf(rule -> !DECISIONS.contains(rule.kind()));
        Map<RuleKind<?>, List<Rule>> rules = new LinkedHashMap<>();
        for (Rule rule : belonging.select(used)) {
            rules.computeIfAbsent(rule.kind(), kind -> new ArrayList<>()).add(rule);
        }
        return new RuleBook(
                DECISIONS,
                rules,
                Map.of(),
                Set.copyOf(DECISIONS),
                Map.of(),
                List.copyOf(problems),
                belonging.rivals(used));
    }

    /** Returns this book with other rules of one kind. */
    public RuleBook with(RuleKind<?> kind, List<? extends Rule> newRules, long version) {
        return with(kind, newRules, version, List.of());
    }

    /**
     * Returns this book with other rules of one kind.
     *
     * @param newRejected what of their push could not be used
     */
    public RuleBook with(
            RuleKind<?> kind,
            List<? extends Rule> newRules,
            long version,
            List<RejectedRule> newRejected) {
        Map<String, Long> newVersions = new HashMap<>(versions);
        newVersions.put(kind.name(), version);
        Map<RuleKind<?>, List<RejectedRule>> allRejected = new LinkedHashMap<>(rejected);
        allRejected.put(kind, List.copyOf(newRejected));
        return new RuleBook(kinds, rulesWith(kind, newRules), newVersions, answered, allRejected)
                .withAnswered(kind);
    }

    /** Returns this book with other rules in place of those that came of a kind. */
    RuleBook replacing(RuleKind<?> kind, List<? extends Rule> newRules) {
        return new RuleBook(kinds, rulesWith(kind, newRules), versions, answered, rejected);
    }

    private Map<RuleKind<?>, List<Rule>> rulesWith(
            RuleKind<?> kind, List<? extends Rule> newRules) {
        Map<RuleKind<?>, List<Rule>> changed = new HashMap<>(rules);
        changed.put(kind, List.copyOf(newRules));
        return changed;
    }

    /** Returns this book, of which one more kind is known to be as it says. */
    public RuleBook withAnswered(RuleKind<?> kind) {
        Set<RuleKind<?>> more = new HashSet<>(answered);
        more.add(kind);
        return new RuleBook(kinds, rules, versions, more, rejected);
    }

    /** Tells of each rule, or push as a whole, that could not be used. */
    public void forEachRejected(BiConsumer<RuleKind<?>, RejectedRule> action) {
        rejected.forEach((kind, all) -> all.forEach(one -> action.accept(kind, one)));
    }

    /** Returns what is wrong with the documents that the rules come from. */
    public List<Problem> problems() {
        return problems;
    }

    /** Returns the applications that the rules are of, if there are several; else none. */
    public List<String> rivals() {
        return rivals;
    }

    /** Returns whether a kind is known to be as this book says. */
    public boolean isKnown(RuleKind<?> kind) {
        return answered.contains(kind);
    }

    /** Returns whether every kind is known to be as this book says. */
    public boolean isComplete() {
        return answered.containsAll(kinds);
    }

    /** Returns the rules of a kind, in their order. */
    public <R extends Rule> List<R> of(RuleKind<R> kind) {
        return rules.getOrDefault(kind, List.of()).stream().map(kind.type()::cast).toList();
    }

    /** Returns the strategies of every kind. */
    public List<Strategy> strategies() {
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

    /** Returns the version of each kind that has come, by the name of the kind. */
    public Map<String, Long> versions() {
        return versions;
    }
}
