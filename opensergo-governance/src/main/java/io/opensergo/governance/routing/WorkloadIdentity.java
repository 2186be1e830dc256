package io.opensergo.governance.routing;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this process is: the caller that {@code sourceLabels}, {@code sourceNamespace} and {@code
 * gateways} ask about. It does not change while the process runs, so that conditions on it are
 * settled when routers are compiled.
 *
 * @param labels labels of the workload this process belongs to
 * @param namespace its namespace, or {@code null} if it is not known
 * @param gateways the gateways this process is, by the names that rules use; empty if it is none
 */
public record WorkloadIdentity(
        Map<String, String> labels, @Nullable String namespace, Set<String> gateways) {

    /** The name under which rules speak of every process that is no gateway, as in Istio. */
    public static final String MESH = "mesh";

    private static final WorkloadIdentity UNKNOWN = new WorkloadIdentity(Map.of(), null, Set.of());

    /** Copies what is given. */
    public WorkloadIdentity {
        labels = Map.copyOf(labels);
        gateways = Set.copyOf(gateways);
    }

    /** Returns an identity without labels, namespace and gateways. */
    public static WorkloadIdentity unknown() {
        return UNKNOWN;
    }

    /** Returns the identity of a workload that is no gateway. */
    public static WorkloadIdentity of(@Nullable String namespace, Map<String, String> labels) {
        return new WorkloadIdentity(labels, namespace, Set.of());
    }

    /** Returns whether this process goes by that name of a gateway. */
    boolean isGateway(String name) {
        return gateways.contains(name) || (gateways.isEmpty() && name.equals(MESH));
    }
}
