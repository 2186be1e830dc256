package io.opensergo.console.internal.api;

import io.opensergo.rules.document.Problem;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a text, and where.
 *
 * @param severity {@code error} or {@code warning}
 * @param source the file or whatever else the text came from
 * @param document the number of the document, from 1; {@code null} if it concerns all of them
 * @param line the line, from 1; {@code null} if unknown
 * @param column the column, from 1; {@code null} if unknown
 * @param path the field; empty if it concerns the document as a whole
 * @param message what is allowed and what was found
 */
record ProblemView(
        String severity,
        String source,
        @Nullable Integer document,
        @Nullable Integer line,
        @Nullable Integer column,
        String path,
        String message) {

    static ProblemView of(Problem problem) {
        return new ProblemView(
                problem.severity().name().toLowerCase(Locale.ROOT),
                problem.source(),
                positive(problem.document()),
                positive(problem.line()),
                positive(problem.column()),
                problem.path(),
                problem.message());
    }

    static List<ProblemView> of(List<Problem> problems) {
        return problems.stream().map(ProblemView::of).toList();
    }

    private static @Nullable Integer positive(int number) {
        return number > 0 ? number : null;
    }
}
