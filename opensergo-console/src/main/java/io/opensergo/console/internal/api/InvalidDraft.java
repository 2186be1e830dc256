package io.opensergo.console.internal.api;

import io.opensergo.console.internal.http.HttpProblem;
import io.opensergo.rules.document.Problem;
import java.util.List;

/** A text that holds what is no rule, as an answer with every problem and its place. */
final class InvalidDraft {

    private InvalidDraft() {}

    static HttpProblem of(List<Problem> problems) {
        long errors = problems.stream().filter(Problem::isError).count();
        return new HttpProblem(
                        422,
                        "invalid-rule",
                        errors == 0
                                ? "the text holds no rule"
                                : "the text has " + errors + " error" + (errors == 1 ? "" : "s"))
                .with("problems", ProblemView.of(problems));
    }
}
