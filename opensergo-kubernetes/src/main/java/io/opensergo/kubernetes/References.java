package io.opensergo.kubernetes;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.StrategyRef;
import io.opensergo.rules.faulttolerance.HttpRequestFallbackAction;
import io.opensergo.rules.faulttolerance.Strategy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/** What a rule refers to, among the rules of its namespace and application. */
final class References {

    private References() {}

    /** Returns whether rules of a kind may refer to others. */
    static boolean has(RuleKind<?> kind) {
        return kind.equals(FaultToleranceRule.KIND);
    }

    /** Returns whether rules may refer to an object of a kind. */
    static boolean leadTo(RuleKind<?> kind) {
        return Strategy.class.isAssignableFrom(kind.type())
                || kind.equals(HttpRequestFallbackAction.KIND);
    }

    /**
     * Returns what a rule refers to in vain.
     *
     * @param candidates the rules of its namespace, more may be among them
     */
    static List<String> dangling(Rule rule, Collection<? extends Rule> candidates) {
        List<String> dangling = new ArrayList<>();
        if (rule instanceof FaultToleranceRule protection) {
            List<Rule> near =
                    candidates.stream()
                            .<Rule>map(each -> each)
                            .filter(each -> isNear(protection, each))
                            .toList();
            List<Strategy> strategies =
                    near.stream()
                            .filter(Strategy.class::isInstance)
                            .map(Strategy.class::cast)
                            .toList();
            for (StrategyRef ref : protection.resolve(strategies).dangling()) {
                dangling.add(describe(ref, strategies) + ofApp(protection));
            }
            String action = protection.fallbackAction();
            if (action != null && near.stream().noneMatch(each -> isAction(each, action))) {
                dangling.add(
                        "spec.fallbackAction names '"
                                + action
                                + "', which is no valid HttpRequestFallbackAction"
                                + ofApp(protection));
            }
        }
        return dangling;
    }

    private static boolean isNear(Rule rule, Rule other) {
        return Objects.equals(rule.app(), other.app())
                && rule.metadata().namespace().equals(other.metadata().namespace());
    }

    private static boolean isAction(Rule rule, String name) {
        return rule instanceof HttpRequestFallbackAction && rule.name().equals(name);
    }

    private static String describe(StrategyRef ref, List<Strategy> strategies) {
        long named = strategies.stream().filter(each -> each.name().equals(ref.name())).count();
        String what = "spec.strategies names '" + ref.name() + "', which is ";
        if (ref.kind() == null && named > 1) {
            return what + "the name of more than one strategy: give its kind";
        }
        String kind = ref.kind() == null ? "strategy" : ref.kind().documentName();
        return what + "no valid " + kind;
    }

    private static String ofApp(Rule rule) {
        return " of application '" + rule.app() + "' in namespace " + rule.metadata().namespace();
    }
}
