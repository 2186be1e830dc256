package io.opensergo.controlplane;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the instances of an application that are connected to this control plane decide. Instances
 * of other clients, and those that are connected to another replica, are not in it.
 *
 * @param namespace the namespace of the application
 * @param app its name
 * @param instances who reports, the one that is connected for longest first
 * @param resources what all of them together decide, by name
 * @param resourcesLeftOut how many resources, of all instances, were too many to be kept
 */
public record ReportedDecisions(
        String namespace,
        String app,
        List<Instance> instances,
        List<Resource> resources,
        long resourcesLeftOut) {

    public ReportedDecisions {
        instances = List.copyOf(instances);
        resources = List.copyOf(resources);
    }

    /**
     * One that decides: a governor, of which a process may have several.
     *
     * @param instance tells it apart
     * @param hostName where it says that it is; may be empty
     * @param pid the process that it says it is
     * @param sdkVersion the version of its library
     * @param principal the name that the authorizer gave it; empty without an authorizer
     * @param remoteAddress where it is connected from
     * @param connectedSince since when
     * @param reportedAt when its last report came; {@code null} if none has come yet
     * @param adapters the frameworks whose requests it decides on
     * @param plan the number of its plan
     * @param versions the version of each kind's rules in force in it, by the name of the kind
     * @param problems what of the rules it cannot use
     */
    public record Instance(
            String instance,
            String hostName,
            long pid,
            String sdkVersion,
            String principal,
            String remoteAddress,
            Instant connectedSince,
            @Nullable Instant reportedAt,
            List<String> adapters,
            long plan,
            Map<String, Long> versions,
            List<Problem> problems) {

        public Instance {
            adapters = List.copyOf(adapters);
            versions = Map.copyOf(versions);
            problems = List.copyOf(problems);
        }
    }

    /**
     * A part of the rules that an instance cannot use.
     *
     * @param type what is wrong, such as {@code DANGLING_STRATEGY}
     * @param rule the name of the rule; empty if it is about several
     * @param message what is wrong, for people
     */
    public record Problem(String type, String rule, String message) {}

    /**
     * What is decided on a resource. Rates are those of the last five to ten seconds.
     *
     * @param name its name
     * @param outbound whether its requests go out
     * @param instances how many instances have it
     * @param passedPerSecond requests that pass
     * @param refusedPerSecond requests that are refused
     * @param shadowRefusedPerSecond requests that shadows would have refused
     * @param failedPerSecond failed calls that circuit breakers are told of
     * @param slowPerSecond slow calls that circuit breakers are told of
     * @param waitedPerSecond the seconds for which requests wait in a second, which is how many
     *     wait at a time
     * @param inFlight the requests in flight, as of the last reports
     * @param peakPerSecond the requests of a second, passed and refused, in the busiest five
     *     seconds of the last five minutes
     * @param passed the requests that passed in the last five minutes
     * @param refused the requests that were refused in the last five minutes
     * @param strategies what each strategy did
     */
    public record Resource(
            String name,
            boolean outbound,
            int instances,
            double passedPerSecond,
            double refusedPerSecond,
            double shadowRefusedPerSecond,
            double failedPerSecond,
            double slowPerSecond,
            double waitedPerSecond,
            long inFlight,
            double peakPerSecond,
            long passed,
            long refused,
            List<Strategy> strategies) {

        public Resource {
            strategies = List.copyOf(strategies);
        }
    }

    /**
     * What a strategy did, since the resource was first looked at.
     *
     * @param rule the name of the rule that brought it; empty if it protects the process
     * @param kind its kind
     * @param name its name
     * @param shadow whether it refuses nothing
     * @param refused the requests it refused
     * @param shadowRefused the requests it would have refused while it was a shadow
     * @param failed the failed calls it was told of
     * @param slow the slow calls it was told of
     * @param breaker whether it is a circuit breaker
     * @param open in how many instances it is open
     * @param halfOpen in how many instances it is half-open
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
            boolean breaker,
            int open,
            int halfOpen) {}
}
