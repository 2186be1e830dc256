package io.opensergo.rules.document;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One document of a source, or one item of a document that is a list: a rule, or the reasons why it
 * is none.
 *
 * @param number the number of the document in the source, from 1; the items of a list share it
 * @param line the line of the source on which it begins, from 1; 0 if unknown
 * @param id which rule it is or was meant to be; {@code null} if it does not say so
 * @param rule the rule; {@code null} if a problem is an error
 * @param problems everything wrong in it
 */
public record RuleDocument(
        int number, int line, @Nullable RuleId id, @Nullable Rule rule, List<Problem> problems) {

    public RuleDocument {
        problems = List.copyOf(problems);
    }

    RuleDocument atLine(int newLine) {
        return new RuleDocument(number, newLine, id, rule, problems);
    }

    RuleDocument withProblems(List<Problem> others) {
        return new RuleDocument(number, line, id, rule, others);
    }
}
