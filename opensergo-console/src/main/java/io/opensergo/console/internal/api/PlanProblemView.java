package io.opensergo.console.internal.api;

import io.opensergo.governance.PlanProblem;
import java.util.List;

/**
 * What is wrong between rules that are valid each by itself.
 *
 * @param type what, such as {@code DANGLING_STRATEGY}
 * @param rule the name of the rule; empty if it is about several
 * @param message what is wrong, what applies instead, and what to do
 */
record PlanProblemView(String type, String rule, String message) {

    static List<PlanProblemView> of(List<PlanProblem> problems) {
        return problems.stream()
                .map(each -> new PlanProblemView(each.type().name(), each.rule(), each.message()))
                .toList();
    }
}
