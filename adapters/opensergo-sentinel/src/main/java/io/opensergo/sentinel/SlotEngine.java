package io.opensergo.sentinel;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.PlanProblem;
import io.opensergo.governance.ResourceStats;
import io.opensergo.governance.plan.RuleBook;
import io.opensergo.governance.plan.RuleJoin;
import io.opensergo.rules.Rule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides for the slot by the rules of one application.
 *
 * <p>Sentinel counts by resource, whichever way an entry goes, while a governor keeps the two ways
 * apart; only what protects the whole process looks at what comes in alone. So there are two
 * governors, one for the rules of resources, which all entries meet, and one for those of the
 * process. Both are asked for guards of one direction.
 */
final class SlotEngine {

    private final Governor ofResources;
    private final Governor ofProcess;

    /**
     * @param settings makes both
     */
    SlotEngine(OpenSergoSentinelBuilder settings) {
        ofResources = settings.governor();
        ofProcess = settings.governor();
    }

    /** Returns what the rules cover; by then they decide. */
    Coverage replaceRules(List<Rule> rules) {
        var join = new RuleJoin(RuleBook.of(rules));
        Set<Rule> process =
                join.ofProcess().stream()
                        .<Rule>map(binding -> binding.strategy())
                        .collect(Collectors.toSet());
        ofProcess.replaceRules(List.copyOf(process));
        ofResources.replaceRules(rules.stream().filter(rule -> !process.contains(rule)).toList());
        return new Coverage(this, Set.copyOf(join.resources()), !process.isEmpty());
    }

    /**
     * What an engine protects, by its rules: its plan may be about to follow them, and its guards
     * follow the plan.
     *
     * @param ofProcess whether it protects the whole process
     */
    record Coverage(SlotEngine engine, Set<String> resources, boolean ofProcess) {

        boolean isEmpty() {
            return resources.isEmpty() && !ofProcess;
        }
    }

    Guard guardOfResource(String resource) {
        return ofResources.guard(resource);
    }

    Guard guardOfProcess(String resource) {
        return ofProcess.guard(resource);
    }

    /**
     * Returns the counts by resource, and those of the process under {@link
     * Governor#OTHER_RESOURCES}.
     */
    List<ResourceStats> stats() {
        return Stream.concat(ofResources.stats().stream(), ofProcess.stats().stream()).toList();
    }

    Set<PlanProblem> problems() {
        Set<PlanProblem> problems = new LinkedHashSet<>(ofResources.plan().problems());
        problems.addAll(ofProcess.plan().problems());
        return problems;
    }

    void close() {
        ofResources.close();
        ofProcess.close();
    }
}
