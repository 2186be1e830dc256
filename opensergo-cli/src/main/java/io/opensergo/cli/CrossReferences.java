package io.opensergo.cli;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import io.opensergo.rules.faulttolerance.AdaptiveOverloadProtectionStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.LimitMode;
import io.opensergo.rules.faulttolerance.LimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong between the rules of several files, each of which may be right by itself: what they
 * refer to, and what they need of the process that applies them.
 */
final class CrossReferences {

    private record Located<T extends Rule>(T rule, String source) {
        String describe() {
            return source + ": " + rule.id();
        }
    }

    private final List<ReadResult> results;
    private final List<Located<FaultToleranceRule>> rules;
    private final List<Located<Strategy>> strategies;
    private final List<Located<HttpRequestFallbackAction>> actions;

    CrossReferences(List<ReadResult> results) {
        this.results = results;
        rules = all(FaultToleranceRule.class);
        strategies = all(Strategy.class);
        actions = all(HttpRequestFallbackAction.class);
    }

    private <T extends Rule> List<Located<T>> all(Class<T> type) {
        List<Located<T>> all = new ArrayList<>();
        for (ReadResult result : results) {
            for (Rule rule : result.rules()) {
                if (type.isInstance(rule)) {
                    all.add(new Located<>(type.cast(rule), result.source()));
                }
            }
        }
        return all;
    }

    /** Returns what is likely to be a mistake. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (Located<FaultToleranceRule> rule : rules) {
            for (StrategyRef ref : resolve(rule.rule)) {
                warnings.add(rule.describe() + " refers to " + strategyProblem(rule.rule, ref));
            }
            String action = rule.rule.fallbackAction();
            if (action != null && !isThere(rule.rule, action)) {
                warnings.add(rule.describe() + " refers to " + actionProblem(rule.rule, action));
            }
        }
        warnings.addAll(withoutRules(strategies.stream().filter(CrossReferences::needsRule)));
        warnings.addAll(withoutRules(actions.stream()));
        return warnings;
    }

    private List<StrategyRef> resolve(FaultToleranceRule rule) {
        List<Strategy> ofApp =
                strategies.stream()
                        .<Strategy>map(Located::rule)
                        .filter(strategy -> isOfAppOf(rule, strategy))
                        .toList();
        return rule.resolve(ofApp).dangling();
    }

    private static boolean isOfAppOf(Rule rule, Rule other) {
        return Objects.equals(rule.app(), other.app());
    }

    private boolean isThere(FaultToleranceRule rule, String action) {
        return actions.stream()
                .map(Located::rule)
                .anyMatch(each -> isOfAppOf(rule, each) && isIn(rule, each, action));
    }

    private static boolean isIn(Rule rule, Rule other, String name) {
        return other.name().equals(name)
                && other.metadata().namespace().equals(rule.metadata().namespace());
    }

    private String strategyProblem(FaultToleranceRule rule, StrategyRef ref) {
        String what = "a strategy '" + ref.name() + "' that is ";
        String broken = placeOfBroken(rule, ref.name(), kind -> kind.endsWith(strategySuffix(ref)));
        String elsewhere =
                strategies.stream()
                        .filter(each -> isIn(rule, each.rule, ref.name()))
                        .filter(each -> each.rule.kind().name().endsWith(strategySuffix(ref)))
                        .filter(each -> !isOfAppOf(rule, each.rule))
                        .map(CrossReferences::ofOtherApp)
                        .findFirst()
                        .orElse(null);
        return what + reason(broken, elsewhere, ", or to more than one");
    }

    private static String strategySuffix(StrategyRef ref) {
        return ref.kind() == null ? "Strategy" : ref.kind().documentName();
    }

    private String actionProblem(FaultToleranceRule rule, String action) {
        String broken =
                placeOfBroken(
                        rule, action, kind -> kind.endsWith(HttpRequestFallbackAction.KIND.name()));
        String elsewhere =
                actions.stream()
                        .filter(each -> isIn(rule, each.rule, action))
                        .map(CrossReferences::ofOtherApp)
                        .findFirst()
                        .orElse(null);
        return "a fallbackAction '" + action + "' that is " + reason(broken, elsewhere, "");
    }

    private static String ofOtherApp(Located<? extends Rule> there) {
        return "of application '" + there.rule.app() + "' in " + there.source;
    }

    private static String reason(
            @Nullable String broken, @Nullable String elsewhere, String otherwise) {
        if (broken != null) {
            return "invalid in " + broken;
        }
        return elsewhere != null ? elsewhere : "not among these files" + otherwise;
    }

    /** Returns where a document is that was meant to be a rule, such as {@code rules.yaml:12}. */
    private @Nullable String placeOfBroken(Rule from, String name, Predicate<String> isKind) {
        for (ReadResult result : results) {
            for (RuleDocument document : result.documents()) {
                RuleId id = document.id();
                if (document.rule() == null
                        && id != null
                        && id.name().equals(name)
                        && id.namespace().equals(from.metadata().namespace())
                        && isKind.test(id.kind())) {
                    return document.problems().stream()
                            .filter(Problem::isError)
                            .findFirst()
                            .map(problem -> result.source() + ":" + problem.line())
                            .orElse(result.source());
                }
            }
        }
        return null;
    }

    /** Overload protection that no rule refers to protects the whole process. */
    private static boolean needsRule(Located<Strategy> strategy) {
        return !(strategy.rule instanceof AdaptiveOverloadProtectionStrategy);
    }

    private List<String> withoutRules(Stream<? extends Located<? extends Rule>> parts) {
        var apps = new TreeSet<String>();
        for (Located<FaultToleranceRule> rule : rules) {
            if (rule.rule.app() != null) {
                apps.add(rule.rule.app());
            }
        }
        return parts.filter(part -> !apps.isEmpty() && part.rule().app() != null)
                .filter(part -> !apps.contains(part.rule().app()))
                .map(
                        part ->
                                part.describe()
                                        + " is of application '"
                                        + part.rule().app()
                                        + "', which no FaultToleranceRule of these files has; they"
                                        + " have "
                                        + apps)
                .toList();
    }

    /** Returns what rules need of the process that applies them. */
    List<String> hints() {
        List<String> hints = new ArrayList<>();
        for (Located<Strategy> strategy : strategies) {
            LimitMode mode =
                    strategy.rule instanceof LimitStrategy limit
                            ? limit.limitMode()
                            : LimitMode.LOCAL;
            if (mode == LimitMode.GLOBAL && strategy.rule instanceof ConcurrencyLimitStrategy) {
                hints.add(
                        strategy.describe()
                                + " has limitMode Global, but calls in flight cannot be counted"
                                + " across instances: the whole limit applies to each;"
                                + " GlobalToLocal divides it");
            } else if (mode == LimitMode.GLOBAL) {
                hints.add(
                        strategy.describe()
                                + " has limitMode Global, which needs a store that the instances"
                                + " share (opensergo-quota-redis, or a globalQuota of your own);"
                                + " without it the whole limit applies to each instance");
            } else if (mode == LimitMode.GLOBAL_TO_LOCAL) {
                hints.add(
                        strategy.describe()
                                + " has limitMode GlobalToLocal, which needs to know how many"
                                + " instances there are; without it the whole limit applies to"
                                + " each instance");
            }
        }
        return hints;
    }
}
