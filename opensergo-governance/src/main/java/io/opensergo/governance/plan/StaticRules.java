package io.opensergo.governance.plan;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleDocument;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of documents that do not change, and what is wrong with the rest.
 *
 * @param rules one for each id: the first
 * @param problems what is wrong, with its place
 */
public record StaticRules(List<Rule> rules, List<Problem> problems) {

    /** Takes documents together, in their order. */
    public static StaticRules of(Collection<ReadResult> results) {
        Map<RuleId, Rule> rules = new LinkedHashMap<>();
        Map<RuleId, String> places = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (ReadResult result : results) {
            problems.addAll(result.allProblems());
            for (RuleDocument document : result.documents()) {
                Rule rule = document.rule();
                if (rule == null) {
                    continue;
                }
                String place = result.source() + ":" + document.line();
                String before = places.putIfAbsent(rule.id(), place);
                if (before == null) {
                    rules.put(rule.id(), rule);
                } else {
                    problems.add(duplicate(result, document, rule.id(), before));
                }
            }
        }
        return new StaticRules(List.copyOf(rules.values()), problems);
    }

    private static Problem duplicate(
            ReadResult result, RuleDocument document, RuleId id, String place) {
        return new Problem(
                Problem.Severity.ERROR,
                result.source(),
                document.number(),
                document.line(),
                document.line() == 0 ? 0 : 1,
                "",
                "is another "
                        + id
                        + "; the one in "
                        + place
                        + " is in force: delete one of the two");
    }
}
