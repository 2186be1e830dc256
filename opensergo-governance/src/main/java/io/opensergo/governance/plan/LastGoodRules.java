package io.opensergo.governance.plan;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a rule with all that it names as it last was complete, while what it names now may be on
 * its way: from a control plane that pushes each kind for itself, an edit of several kinds is half
 * there for some milliseconds. Confined to the lock of a {@link RuleFeed}.
 *
 * <p><b>What is kept.</b> A rule that was complete and then names a strategy or an action that is
 * not there, or not just one. <b>What is not:</b> a rule that is gone; a rule that never was
 * complete, whose rest applies; one of which a strategy was deleted, by a push that took strategies
 * away and brought none, since then there is nothing on its way.
 *
 * <p><b>For how long.</b> Until the rule is complete again, at most for the patience since it began
 * to name what is missing. Then the rest of the rule applies, and what is missing is reported.
 */
final class LastGoodRules {

    /** A rule when it was complete. */
    private record Complete(
            FaultToleranceRule rule,
            List<Strategy> strategies,
            @Nullable HttpRequestFallbackAction action) {}

    /** What a rule lacks, and since when. */
    private record Lack(List<StrategyRef> strategies, @Nullable String action, long sinceNanos) {

        boolean isOf(List<StrategyRef> strategies, @Nullable String action) {
            return this.strategies.equals(strategies) && Objects.equals(this.action, action);
        }
    }

    private final long patienceNanos;
    private final Map<RuleId, Complete> complete = new HashMap<>();
    private final Map<RuleId, Lack> kept = new HashMap<>();

    LastGoodRules(long patienceNanos) {
        this.patienceNanos = patienceNanos;
    }

    boolean isDue(long nowNanos) {
        return kept.values().stream()
                .anyMatch(lack -> nowNanos - lack.sinceNanos() >= patienceNanos);
    }

    /** Returns in how many nanoseconds a rule is no longer kept; the highest number if none is. */
    long nanosToExpiry(long nowNanos) {
        return kept.values().stream()
                .mapToLong(lack -> lack.sinceNanos() + patienceNanos - nowNanos)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Returns a book of which it is known that nothing is on its way. */
    RuleBook accept(RuleBook received) {
        kept.clear();
        complete.clear();
        var references = new References(received);
        received.of(FaultToleranceRule.KIND).forEach(rule -> remember(rule, references));
        return received;
    }

    /**
     * Returns a book with rules kept in it.
     *
     * @param before what was received before
     */
    RuleBook complete(RuleBook received, RuleBook before, long nowNanos) {
        List<FaultToleranceRule> rules = received.of(FaultToleranceRule.KIND);
        Set<RuleId> there = rules.stream().map(Rule::id).collect(Collectors.toSet());
        complete.keySet().retainAll(there);
        kept.keySet().retainAll(there);
        var references = new References(received);
        Set<RuleId> deleted = deleted(before, received);
        List<Complete> stand = new ArrayList<>(0);
        for (FaultToleranceRule rule : rules) {
            if (!remember(rule, references) && keeps(rule, references, deleted, nowNanos)) {
                stand.add(complete.get(rule.id()));
            }
        }
        return stand.isEmpty() ? received : keep(received, stand);
    }

    /** Takes note of a rule if it is complete, and returns whether it is. */
    private boolean remember(FaultToleranceRule rule, References references) {
        FaultToleranceRule.Resolution resolution = references.resolve(rule);
        HttpRequestFallbackAction action = references.action(rule);
        if (!resolution.dangling().isEmpty() || lacksAction(rule, references)) {
            return false;
        }
        complete.put(rule.id(), new Complete(rule, resolution.strategies(), action));
        kept.remove(rule.id());
        return true;
    }

    private static boolean lacksAction(FaultToleranceRule rule, References references) {
        return rule.fallbackAction() != null && references.action(rule) == null;
    }

    private boolean keeps(
            FaultToleranceRule rule, References references, Set<RuleId> deleted, long nowNanos) {
        Complete last = complete.get(rule.id());
        if (last == null) {
            return false;
        }
        List<StrategyRef> dangling = references.resolve(rule).dangling();
        String action = lacksAction(rule, references) ? rule.fallbackAction() : null;
        Lack lack = kept.get(rule.id());
        if (lack == null || !lack.isOf(dangling, action)) {
            lack = new Lack(dangling, action, nowNanos);
        }
        boolean gone =
                last.strategies().stream()
                        .anyMatch(
                                strategy ->
                                        deleted.contains(strategy.id())
                                                && isNamed(strategy, dangling));
        if (gone || nowNanos - lack.sinceNanos() >= patienceNanos) {
            complete.remove(rule.id());
            kept.remove(rule.id());
            return false;
        }
        kept.put(rule.id(), lack);
        return true;
    }

    private static boolean isNamed(Strategy strategy, List<StrategyRef> refs) {
        return refs.contains(StrategyRef.to(strategy))
                || refs.contains(StrategyRef.of(strategy.name()));
    }

    /** Returns the strategies of kinds that lost some and gained none. */
    private static Set<RuleId> deleted(RuleBook before, RuleBook after) {
        Set<RuleId> had = ids(before);
        Set<RuleId> has = ids(after);
        Set<String> gained =
                has.stream()
                        .filter(id -> !had.contains(id))
                        .map(RuleId::kind)
                        .collect(Collectors.toSet());
        return had.stream()
                .filter(id -> !has.contains(id) && !gained.contains(id.kind()))
                .collect(Collectors.toSet());
    }

    private static Set<RuleId> ids(RuleBook book) {
        return book.strategies().stream().map(Rule::id).collect(Collectors.toSet());
    }

    private static RuleBook keep(RuleBook received, List<Complete> stand) {
        Map<RuleId, Rule> replaced = new HashMap<>();
        Map<RuleId, Rule> added = new HashMap<>();
        for (Complete last : stand) {
            replaced.put(last.rule().id(), explicit(last));
            last.strategies().forEach(strategy -> added.put(strategy.id(), strategy));
            if (last.action() != null) {
                added.put(last.action().id(), last.action());
            }
        }
        List<Rule> rules = new ArrayList<>();
        for (FaultToleranceRule rule : received.of(FaultToleranceRule.KIND)) {
            rules.add(replaced.getOrDefault(rule.id(), rule));
        }
        RuleBook book = received.replacing(FaultToleranceRule.KIND, rules);
        for (RuleKind<? extends Rule> kind : RuleBook.PROTECTION) {
            book = book.replacing(kind, with(book.of(kind), added, kind));
        }
        return withoutOrphans(book, received);
    }

    private static List<Rule> with(
            List<? extends Rule> present, Map<RuleId, Rule> added, RuleKind<?> kind) {
        List<Rule> all = new ArrayList<>(present);
        Set<RuleId> ids = present.stream().map(Rule::id).collect(Collectors.toSet());
        added.values().stream()
                .filter(rule -> rule.kind().equals(kind) && !ids.contains(rule.id()))
                .forEach(all::add);
        return all;
    }

    /** A name that means one strategy may mean two by now. */
    private static FaultToleranceRule explicit(Complete last) {
        FaultToleranceRule rule = last.rule();
        List<StrategyRef> refs = new ArrayList<>(rule.strategies().size());
        last.strategies().forEach(strategy -> refs.add(StrategyRef.to(strategy)));
        return rule.strategies().stream().allMatch(ref -> ref.kind() != null)
                ? rule
                : rule.toBuilder().strategies(refs).build();
    }

    /**
     * Leaves out overload protection that only a rule refers to for which an older one stands: of
     * no rule, it would protect the whole process.
     */
    private static RuleBook withoutOrphans(RuleBook book, RuleBook received) {
        Set<RuleId> used = referredTo(book);
        Set<RuleId> meant = referredTo(received);
        List<AdaptiveOverloadProtectionStrategy> rest =
                book.of(AdaptiveOverloadProtectionStrategy.KIND).stream()
                        .filter(one -> used.contains(one.id()) || !meant.contains(one.id()))
                        .toList();
        return book.replacing(AdaptiveOverloadProtectionStrategy.KIND, rest);
    }

    private static Set<RuleId> referredTo(RuleBook book) {
        var references = new References(book);
        Set<RuleId> ids = new HashSet<>();
        for (FaultToleranceRule rule : book.of(FaultToleranceRule.KIND)) {
            references.resolve(rule).strategies().forEach(strategy -> ids.add(strategy.id()));
        }
        return ids;
    }
}
