package io.opensergo.governance;

import io.opensergo.rules.faulttolerance.StrategyKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a guard would decide now, and why; no request is admitted or counted by it.
 *
 * @param resource the guarded resource
 * @param plan the number of the plan it was made by
 * @param admitted whether a request would pass
 * @param waitTime how long an admitted request would have to wait first
 * @param rejectedBy the name of the strategy that would refuse it; {@code null} if admitted
 * @param checks each strategy, in the order in which a request meets them, judged for itself
 */
public record GuardExplanation(
        String resource,
        long plan,
        boolean admitted,
        Duration waitTime,
        @Nullable String rejectedBy,
        List<CheckExplanation> checks) {

    public GuardExplanation {
        checks = List.copyOf(checks);
    }

    /**
     * What one strategy would say.
     *
     * @param rule the name of the rule that brought it; {@code null} if it protects the process
     * @param ruleVersion the version of the rules of that kind, 0 if they have none
     * @param kind its kind
     * @param strategy its name
     * @param strategyVersion the version of the strategies of that kind, 0 if they have none
     * @param shadow whether its verdict is counted only
     * @param admits its verdict
     * @param reason the numbers it is based on, for people
     */
    public record CheckExplanation(
            @Nullable String rule,
            long ruleVersion,
            StrategyKind kind,
            String strategy,
            long strategyVersion,
            boolean shadow,
            boolean admits,
            String reason) {

        @Override
        public String toString() {
            return (admits ? "admits  " : shadow ? "(would refuse) " : "REFUSES ")
                    + kind.documentName()
                    + " '"
                    + strategy
                    + "'"
                    + (rule == null ? "" : " of rule '" + rule + "'")
                    + ": "
                    + reason;
        }
    }

    /** Returns one line for the decision and one for each strategy. */
    @Override
    public String toString() {
        var text = new StringBuilder("'").append(resource).append("' by plan ").append(plan);
        text.append(admitted ? ": admitted" : ": refused by '" + rejectedBy + "'");
        if (!waitTime.isZero()) {
            text.append(" after ").append(waitTime.toMillis()).append(" ms");
        }
        checks.forEach(check -> text.append("\n  ").append(check));
        return text.toString();
    }
}
