package io.opensergo.rules.contract;

import java.util.List;

/**
 * Services and the types that their methods name.
 *
 * @param services the services
 * @param types the types
 */
public record ServiceContract(List<ServiceDescriptor> services, List<TypeDescriptor> types) {

    /** Copies the lists. */
    public ServiceContract {
        services = List.copyOf(services);
        types = List.copyOf(types);
    }
}
