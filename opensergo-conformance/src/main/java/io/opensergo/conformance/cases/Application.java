package io.opensergo.conformance.cases;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The process that decides, and what surrounds it.
 *
 * @param instances how many instances of the application share its limits, at least 1
 * @param load how busy the machine is before the first step
 * @param labels the labels of the workload the process belongs to
 * @param namespace the namespace of that workload; {@code null} if it is not known
 * @param gateways the gateways the process is, by the names that rules use; empty if it is none
 * @param services the labels of each instance of each service that can be called, by the name of
 *     the service; empty if that is left open, so that every destination has instances
 */
public record Application(
        int instances,
        Load load,
        Map<String, String> labels,
        @Nullable String namespace,
        Set<String> gateways,
        Map<String, List<Map<String, String>>> services) {

    /** An application of one instance on an idle machine, of which nothing else is known. */
    public static final Application DEFAULT =
            new Application(1, Load.IDLE, Map.of(), null, Set.of(), Map.of());

    /** Copies what is given. */
    public Application {
        labels = Map.copyOf(labels);
        gateways = Set.copyOf(gateways);
        services = Map.copyOf(services);
    }
}
