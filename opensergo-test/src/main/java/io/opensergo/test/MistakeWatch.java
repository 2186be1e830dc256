package io.opensergo.test;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Plan;
import io.opensergo.governance.PlanProblem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.Disposable;

/** What goes on in the governor of a test, for what must not: its mistakes. For any thread. */
final class MistakeWatch {

    private final Set<String> allowedResources;
    private final Set<PlanProblem.Type> allowedProblems;

    /** The resources that guards were asked for, and those that a plan named at some time. */
    private final Set<String> guarded = ConcurrentHashMap.newKeySet();

    private final Set<String> named = ConcurrentHashMap.newKeySet();

    /** In the order in which they came; guarded by itself. */
    private final Set<PlanProblem> problems = new LinkedHashSet<>();

    MistakeWatch(Set<String> allowedResources, Set<PlanProblem.Type> allowedProblems) {
        this.allowedResources = Set.copyOf(allowedResources);
        this.allowedProblems = Set.copyOf(allowedProblems);
    }

    void guardIsAskedFor(Guard guard) {
        guarded.add(guard.resource());
    }

    Disposable follow(Governor governor) {
        return governor.plans().subscribe(this::see);
    }

    void see(Plan plan) {
        named.addAll(plan.resources());
        synchronized (problems) {
            plan.problems().stream()
                    .filter(problem -> !allowedProblems.contains(problem.type()))
                    .forEach(problems::add);
        }
    }

    /** Forgets what a test has done, for the next one with the same governor. */
    void restart() {
        guarded.clear();
        synchronized (problems) {
            problems.clear();
        }
    }

    /** Returns what is wrong with the rules, a message for each problem. */
    List<String> wrongWithRules() {
        synchronized (problems) {
            return problems.stream()
                    .map(problem -> problem + " (allow it with " + problem.type() + ")")
                    .toList();
        }
    }

    /** Returns everything that is wrong. */
    List<String> wrong() {
        List<String> wrong = new ArrayList<>(wrongWithRules());
        guarded.stream()
                .filter(name -> !named.contains(name))
                .filter(name -> !isAllowed(name))
                .sorted()
                .map(this::unknown)
                .forEach(wrong::add);
        return wrong;
    }

    private boolean isAllowed(String resource) {
        return allowedResources.contains(resource) || allowedResources.contains(Allow.ANY);
    }

    private String unknown(String name) {
        return "'"
                + name
                + "' is guarded, and no rule names it; rules name "
                + MessageText.names(named)
                + similar(name);
    }

    private String similar(String name) {
        return named.stream()
                .filter(each -> normal(each).equals(normal(name)))
                .sorted()
                .findFirst()
                .map(each -> ": did you mean '" + each + "'?")
                .orElse("");
    }

    private static String normal(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "").replaceAll("s$", "");
    }
}
