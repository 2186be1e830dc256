package io.opensergo.governance;

import io.opensergo.governance.plan.Belonging;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Schedulers;

/**
 * Warns of what is wrong with plans: of all once every kind is there to be joined, later of what is
 * new. Rules and the strategies that they name may come one kind after the other, so a problem of
 * an edit is given time to solve itself.
 */
final class PlanProblemLog {

    private static final Logger LOG = LoggerFactory.getLogger(Governor.class);

    /** For how long a problem of an edit may be one of rules that are still on their way. */
    private static final Duration JOIN_TIME = Duration.ofSeconds(2);

    private final boolean rulesComeOneByOne;
    private final boolean isPreview;
    private final Belonging belonging;

    /**
     * @param rulesComeOneByOne whether kinds are followed one by one, as those of a control plane
     * @param isPreview whether no plan is in force, so that there is nothing to warn of
     */
    PlanProblemLog(boolean rulesComeOneByOne, boolean isPreview, Belonging belonging) {
        this.isPreview = isPreview;
        this.rulesComeOneByOne = rulesComeOneByOne;
        this.belonging = belonging;
    }

    /**
     * A plan of which every kind is there has taken the place of another.
     *
     * @param current the plan in force when it is asked
     */
    void replaced(CompiledPlan before, CompiledPlan next, Supplier<CompiledPlan> current) {
        if (isPreview) {
            return;
        }
        List<PlanProblem> more =
                next.summary().problems().stream()
                        .filter(problem -> !isKnown(problem, before))
                        .toList();
        if (!rulesComeOneByOne || !before.book().isComplete()) {
            more.forEach(PlanProblemLog::warn);
        } else if (!more.isEmpty()) {
            Schedulers.parallel()
                    .schedule(
                            () -> warnOfRest(more, current.get()),
                            JOIN_TIME.toMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private static boolean isKnown(PlanProblem problem, CompiledPlan before) {
        return before.book().isComplete() && before.summary().problems().contains(problem);
    }

    private static void warnOfRest(List<PlanProblem> before, CompiledPlan now) {
        before.stream().filter(now.summary().problems()::contains).forEach(PlanProblemLog::warn);
    }

    private static void warn(PlanProblem problem) {
        LOG.warn("{}", problem.message());
    }

    /** The first plan of which every kind is there is in force. */
    void ready(CompiledPlan first) {
        if (!rulesComeOneByOne) {
            return;
        }
        int problems = first.summary().problems().size();
        if (problems == 0) {
            LOG.info("Governed by the rules of {}", belonging.target());
        } else {
            LOG.warn(
                    "Governed by the rules of {}, but not as they all say: the plan has {} problems,"
                            + " which are logged above",
                    belonging.target(),
                    problems);
        }
    }
}
