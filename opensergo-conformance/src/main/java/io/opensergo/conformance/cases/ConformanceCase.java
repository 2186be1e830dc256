package io.opensergo.conformance.cases;

import java.util.List;

/**
 * One behaviour that whatever decides by rules must have, as rules, steps and expected decisions.
 *
 * @param source the file it was read from
 * @param title the behaviour, as a claim
 * @param covers the fields whose effect it shows, such as {@code RateLimitStrategy.threshold}, and
 *     values of a field, such as {@code RateLimitStrategy.limitMode=Local}
 * @param exactTime whether it depends on single milliseconds, so that only time that stands still
 *     between steps will do
 * @param application the process that decides
 * @param rules the rules in force before the first step
 * @param steps what happens, in order
 */
public record ConformanceCase(
        String source,
        String title,
        List<String> covers,
        boolean exactTime,
        Application application,
        RuleDocuments rules,
        List<Step> steps) {

    /** Copies what is given. */
    public ConformanceCase {
        covers = List.copyOf(covers);
        steps = List.copyOf(steps);
    }

    /** Returns the source and the title. */
    @Override
    public String toString() {
        return source + ": " + title;
    }
}
