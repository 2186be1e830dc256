package io.opensergo.rules.document;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Signals that a source holds documents that are no rules; it names every problem and its place.
 */
public final class RuleDocumentException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    RuleDocumentException(List<Problem> problems) {
        super(
                problems.stream()
                        .map(Problem::toString)
                        .collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** Returns every problem, in the order of the source. */
    public List<Problem> problems() {
        return problems;
    }
}
