package io.opensergo.conformance.cases;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What happens in a step. */
public sealed interface Action {

    /**
     * Requests to a resource begin.
     *
     * @param request the request
     * @param id what {@link End} calls it; {@code null} if it ends by itself
     * @param takes how long each takes from when it may proceed, if it ends by itself
     * @param outcome how each ends, if it ends by itself
     * @param times how many there are, at least 1; 1 if there is an id
     * @param every the time from one to the next, 0 or more
     * @param expected the decision on each of them
     */
    record Send(
            GuardedRequest request,
            @Nullable String id,
            Duration takes,
            Outcome outcome,
            int times,
            Duration every,
            Expectation expected)
            implements Action {}

    /**
     * A request ends.
     *
     * @param id the id that {@link Send} gave it
     * @param outcome how it ends
     */
    record End(String id, Outcome outcome) implements Action {}

    /**
     * The rules are replaced by others.
     *
     * @param rules all rules from now on
     */
    record ReplaceRules(RuleDocuments rules) implements Action {}

    /**
     * The load of the machine changes.
     *
     * @param load the load from now on
     */
    record ChangeLoad(Load load) implements Action {}

    /**
     * Requests are routed.
     *
     * @param request the request
     * @param times how often it is made, at least 1
     * @param expected what is expected of it
     */
    record Route(RouteRequest request, int times, RouteExpectation expected) implements Action {}
}
