package io.opensergo.controlplane;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.RuleKinds;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one source gives: the rules that can be delivered, and what is wrong with the others.
 *
 * <p>Confined to the lock of the {@link RuleStore}.
 */
final class Contribution {

    private final String name;
    private final String label;
    private final RuleKinds kinds;
    private final Map<RuleId, Rule> rules = new HashMap<>();
    private final Map<RuleId, Problem> undeliverable = new LinkedHashMap<>();
    private List<Problem> reported = List.of();

    /**
     * @param name what the source calls itself
     * @param label what problems call it, unlike any other
     */
    Contribution(String name, String label, RuleKinds kinds) {
        this.name = name;
        this.label = label;
        this.kinds = kinds;
    }

    boolean isNamed(String other) {
        return name.equals(other);
    }

    String label() {
        return label;
    }

    @Nullable Rule find(RuleId id) {
        return rules.get(id);
    }

    void delete(RuleId id) {
        rules.remove(id);
        undeliverable.remove(id);
    }

    void put(Rule rule) {
        RuleId id = rule.id();
        delete(id);
        if (rule.app() == null) {
            undeliverable.put(id, problem(id + " is bound to no application: set its label 'app'"));
        } else if (kinds.find(id.kind()) == null) {
            undeliverable.put(
                    id, problem(id + " is of a kind that this control plane does not serve"));
        } else {
            rules.put(id, rule);
        }
    }

    void report(List<Problem> problems) {
        reported = problems;
    }

    Problem problem(String message) {
        return new Problem(Problem.Severity.ERROR, label, 0, 0, 0, "", message);
    }

    Stream<Problem> problems() {
        return Stream.concat(reported.stream(), undeliverable.values().stream());
    }
}
