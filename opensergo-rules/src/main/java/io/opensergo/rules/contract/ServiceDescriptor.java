package io.opensergo.rules.contract;

import io.opensergo.rules.Violations;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service.
 *
 * @param name its name, unique in the application
 * @param methods its methods
 * @param description what it is for, or {@code null}
 */
public record ServiceDescriptor(
        String name, List<MethodDescriptor> methods, @Nullable String description) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public ServiceDescriptor {
        var violations = new Violations();
        violations.text("name", name);
        violations.throwIfAny();
        methods = List.copyOf(methods);
    }
}
