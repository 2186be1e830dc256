package io.opensergo.rulerepository;

import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleId;
import io.opensergo.rules.document.Problem;
import io.opensergo.rules.document.ReadResult;
import io.opensergo.rules.document.RuleReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rule as a repository keeps it.
 *
 * @param id which rule it is
 * @param rule the rule; {@code null} if the text has errors, which {@code problems} names
 * @param text the document's own text with its comments, without document markers; its lines end in
 *     {@code \n} whatever they end in where it is stored, the last one too
 * @param revision changes with the text: {@link #revisionOf} the text
 * @param place where it is stored, such as {@code orders.yaml:12}
 * @param problems all that is wrong in it, warnings included
 * @param readOnlyReason why this rule cannot be changed or deleted here although others can, and
 *     what to do about that; {@code null} if it can
 */
public record StoredRule(
        RuleId id,
        @Nullable Rule rule,
        String text,
        String revision,
        String place,
        List<Problem> problems,
        @Nullable String readOnlyReason) {

    public StoredRule {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(revision, "revision");
        Objects.requireNonNull(place, "place");
        problems = List.copyOf(problems);
    }

    /**
     * Reads a document that is stored for itself. For implementations of {@link RuleRepository}.
     *
     * @param id which rule it is stored as; a document that is none or another one has a problem
     * @param text the document
     * @param place where it is stored
     */
    public static StoredRule read(RuleId id, String text, String place, RuleReader reader) {
        ReadResult result = CheckedEdit.read(text, place, reader);
        List<Problem> problems = new ArrayList<>(result.allProblems());
        List<Rule> rules = result.rules();
        Rule rule = rules.size() == 1 && rules.get(0).id().equals(id) ? rules.get(0) : null;
        if (rule == null && problems.stream().noneMatch(Problem::isError)) {
            String found = rules.isEmpty() ? "none" : "" + rules.stream().map(Rule::id).toList();
            problems.add(CheckedEdit.problem(place, "must be " + id + ", was " + found));
        }
        String body = RuleText.normalized(text);
        return new StoredRule(id, rule, body, RuleText.revisionOf(body), place, problems, null);
    }

    /** Returns the application it is bound to; {@code null} if there is none or it is faulty. */
    public @Nullable String app() {
        return rule == null ? null : rule.app();
    }

    /**
     * Returns the revision of a document: 32 hexadecimal digits, the beginning of the SHA-256 of
     * its text. Texts that differ in line ends, blank lines around them, a document marker before
     * or a byte order mark only are the same document.
     */
    public static String revisionOf(String text) {
        return RuleText.revisionOf(RuleText.normalized(text));
    }
}
