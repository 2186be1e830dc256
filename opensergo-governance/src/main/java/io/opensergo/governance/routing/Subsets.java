package io.opensergo.governance.routing;

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
    private final List<String> warnings = new ArrayList<>();

    /** Takes subsets in order: of two of the same service and name, the first counts. */
    Subsets(List<VirtualWorkload> workloads) {
        for (VirtualWorkload workload : workloads) {
            String host = ServiceName.qualify(workload.host(), workload.metadata().namespace());
            Map<String, LabelTest> subsets = byHost.computeIfAbsent(host, key -> new HashMap<>());
            for (Subset subset : workload.subsets()) {
                subsets.putIfAbsent(subset.name(), LabelTest.hasAll(subset.labels()));
            }
        }
    }

    /** Returns the group that a router of a namespace means. */
    InstanceGroup group(String host, @Nullable String subset, String namespace) {
        return new InstanceGroup(
                host, subset, subset == null ? LabelTest.ALL : members(host, subset, namespace));
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
