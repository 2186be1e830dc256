package io.opensergo.rules.document;

import io.opensergo.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What a source holds: the rules that can be used, and all that is wrong with the rest.
 *
 * @param source the file or whatever else the text came from
 * @param documents every document that is not empty, in order; for a list of rules, as {@code
 *     kubectl} writes it, each of its items
 * @param problems what concerns the source as a whole, such as a file that cannot be read
 */
public record ReadResult(String source, List<RuleDocument> documents, List<Problem> problems) {

    public ReadResult {
        documents = List.copyOf(documents);
        problems = List.copyOf(problems);
    }

    /** Returns the rules of the documents that are rules, in order. */
    public List<Rule> rules() {
        return documents.stream().map(RuleDocument::rule).filter(Objects::nonNull).toList();
    }

    /** Returns every problem of the source and of its documents, in order. */
    public List<Problem> allProblems() {
        List<Problem> all = new ArrayList<>(problems);
        documents.forEach(document -> all.addAll(document.problems()));
        return all;
    }

    /** Returns whether every document is a rule. */
    public boolean isClean() {
        return allProblems().stream().noneMatch(Problem::isError);
    }

    /**
     * Returns the rules if every document is one.
     *
     * @throws RuleDocumentException naming every problem otherwise
     */
    public List<Rule> orThrow() {
        if (!isClean()) {
            throw new RuleDocumentException(
                    allProblems().stream().filter(Problem::isError).collect(Collectors.toList()));
        }
        return rules();
    }
}
