package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.VirtualWorkload;
import io.opensergo.rules.traffic.VirtualWorkload.Subset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The subsets of services, by qualified host; for the compilation of one table. */
final class Subsets {

    private static final List<String> TAGS = List.of(InstanceGroup.SUBSET_TAGS.split(","));

    private final Map<String, Map<String, LabelTest>> byHost = new HashMap<>();
    private final Map<String, LoadBalancing> balancing = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    /** Takes subsets in order: of two of the same service and name, the first counts. */
    Subsets(List<VirtualWorkload> workloads, List<RouteProblem> problems) {
        for (VirtualWorkload workload : workloads) {
            String host = ServiceName.qualify(workload.host(), workload.metadata().namespace());
            Map<String, LabelTest> subsets = byHost.computeIfAbsent(host, key -> new HashMap<>());
            for (Subset subset : workload.subsets()) {
                subsets.putIfAbsent(subset.name(), LabelTest.hasAll(subset.labels()));
            }
            addBalancing(workload, host, problems);
        }
    }

    private void addBalancing(VirtualWorkload workload, String host, List<RouteProblem> problems) {
        String name =
                workload.trafficPolicy() == null
                        ? null
                        : workload.trafficPolicy().loadBalancePolicy();
        LoadBalancing policy = name == null ? null : LoadBalancing.of(name);
        if (policy != null) {
            balancing.putIfAbsent(host, policy);
        } else if (name != null) {
            problems.add(
                    new RouteProblem(
                            RouteProblem.Type.BALANCING,
                            workload.id(),
                            "has in trafficPolicy.loadBalancePolicy '"
                                    + name
                                    + "', which is no policy: expected random, roundRobin,"
                                    + " leastRequests or hash:HEADER; requests are spread as"
                                    + " without it"));
        }
    }

    /** Returns how requests to a service are spread, by its qualified name. */
    Map<String, LoadBalancing> balancing() {
        return balancing;
    }

    /** Returns the group that a router of a namespace means. */
    InstanceGroup group(String host, @Nullable String subset, String namespace) {
        return new InstanceGroup(
                host,
                subset,
                subset == null ? LabelTest.ALL : members(host, subset, namespace),
                balancing.get(ServiceName.qualify(host, namespace)));
    }

    /** Returns what a destination falls back to, or {@code null}. */
    RouteDecision.@Nullable Fallback fallback(Destination destination, String namespace) {
        Destination.Fallback fallback = destination.fallback();
        if (fallback == null) {
            return null;
        }
        boolean isSameService =
                ServiceName.qualify(fallback.host(), namespace)
                        .equals(ServiceName.qualify(destination.host(), namespace));
        return new RouteDecision.Fallback(
                group(fallback.host(), fallback.subset(), namespace), isSameService);
    }

    private LabelTest members(String host, String subset, String namespace) {
        String qualified = ServiceName.qualify(host, namespace);
        Map<String, LabelTest> subsets = byHost.get(qualified);
        if (subsets == null) {
            return LabelTest.hasAny(TAGS, subset);
        }
        LabelTest members = subsets.get(subset);
        if (members == null) {
            warnings.add(
                    "no VirtualWorkload of "
                            + qualified
                            + " has the subset '"
                            + subset
                            + "': it has no instance");
            return LabelTest.NONE;
        }
        return members;
    }

    /** Returns what was asked for and is not there. */
    List<String> warnings() {
        return warnings.stream().distinct().toList();
    }
}
