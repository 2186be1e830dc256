package io.opensergo.conformance.cases;

import java.util.List;
import java.util.stream.Collectors;

/** Signals that a file is no conformance case; it names every problem and its place. */
public final class CaseFileException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<CaseProblem> problems;

    CaseFileException(List<CaseProblem> problems) {
        super(
                problems.stream()
                        .map(CaseProblem::toString)
                        .collect(Collectors.joining(System.lineSeparator())));
        this.problems = List.copyOf(problems);
    }

    /** Returns every problem, in the order of the file. */
    public List<CaseProblem> problems() {
        return problems;
    }
}
