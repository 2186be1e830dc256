package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.CLASSIC;

import java.util.List;
import org.jilt.Builder;

/**
 * Services and the types that their methods name.
 *
 * @param services the services
 * @param types the types
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record ServiceContract(List<ServiceDescriptor> services, List<TypeDescriptor> types) {

    /** Copies the lists. */
    public ServiceContract {
        services = services == null ? List.of() : List.copyOf(services);
        types = types == null ? List.of() : List.copyOf(types);
    }

    /** Starts a builder; every field may be left out. */
    public static ServiceContractBuilder builder() {
        return ServiceContractBuilder.builder();
    }

    /** Starts a builder from these values. */
    public ServiceContractBuilder toBuilder() {
        return ServiceContractBuilder.from(this);
    }
}
