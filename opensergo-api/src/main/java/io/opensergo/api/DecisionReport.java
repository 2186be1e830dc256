package io.opensergo.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an instance of an application decides on requests, for its control plane to show.
 *
 * @param adapters the frameworks whose requests are governed
 * @param plan the number of the plan in force, which counts the plans of the instance
 * @param versions the version of each kind's rules in force, by the name of the kind
 * @param problems what of the rules could not be used
 * @param resources what has been decided on each resource since the start of the instance
 */
public record DecisionReport(
        Set<String> adapters,
        long plan,
        Map<String, Long> versions,
        List<Problem> problems,
        List<Resource> resources) {

    public DecisionReport {
        adapters = Set.copyOf(adapters);
        versions = Map.copyOf(versions);
        problems = List.copyOf(problems);
        resources = List.copyOf(resources);
    }

    /**
     * A part of the rules that could not be used.
     *
     * @param type what is wrong, such as {@code DANGLING_STRATEGY}
     * @param rule the name of the rule; empty if it is about several
     * @param message what is wrong, for people
     */
    public record Problem(String type, String rule, String message) {}

    /**
     * What has been decided on a resource.
     *
     * @param name its name
     * @param outbound whether its requests go out
     * @param passed the requests that passed
     * @param refused the requests that were refused
     * @param waited how long passed requests had to wait, in sum
     * @param inFlight the requests in flight; 0 unless a concurrency limit counts them
     * @param strategies what each strategy did
     */
    public record Resource(
            String name,
            boolean outbound,
            long passed,
            long refused,
            Duration waited,
            long inFlight,
            List<Strategy> strategies) {

        public Resource {
            strategies = List.copyOf(strategies);
        }
    }

    /**
     * What a strategy did.
     *
     * @param rule the name of the rule that brought it; empty if it protects the process
     * @param kind the name of its kind
     * @param name its name
     * @param shadow whether it refuses nothing
     * @param refused the requests it refused
     * @param shadowRefused the requests it would have refused while it was a shadow
     * @param failed the failed calls that a circuit breaker was told of
     * @param slow the slow calls that a circuit breaker was told of
     * @param breaker the state of a circuit breaker; {@code null} for another kind
     */
    public record Strategy(
            String rule,
            String kind,
            String name,
            boolean shadow,
            long refused,
            long shadowRefused,
            long failed,
            long slow,
            @Nullable Breaker breaker) {}

    /** The state of a circuit breaker. */
    public enum Breaker {
        /** Requests pass. */
        CLOSED,
        /** Single requests pass, to see whether all can. */
        HALF_OPEN,
        /** No request passes. */
        OPEN
    }
}
