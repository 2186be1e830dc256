package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * A service.
 *
 * @param name its name, unique in the application
 * @param methods its methods
 * @param description what it is for, or {@code null}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ServiceDescriptor(
        String name, @Opt List<MethodDescriptor> methods, @Nullable String description) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public ServiceDescriptor {
        var violations = new Violations();
        violations.text("name", name);
        violations.throwIfAny();
        methods = methods == null ? List.of() : List.copyOf(methods);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ServiceDescriptorBuilders.Name builder() {
        return ServiceDescriptorBuilder.builder();
    }

    /** Starts a builder from these values. */
    public ServiceDescriptorBuilder toBuilder() {
        return ServiceDescriptorBuilder.from(this);
    }
}
