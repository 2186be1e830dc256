package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * A method of a service.
 *
 * @param name its name, unique in the service
 * @param inputTypes the names of the types that it takes, in order
 * @param outputTypes the names of the types that it gives
 * @param clientStreaming whether a call takes a stream
 * @param serverStreaming whether a call gives a stream
 * @param description what it is for, or {@code null}
 * @param httpPaths the paths it is served at, if by HTTP
 * @param httpMethods the HTTP methods it is served by, if any
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record MethodDescriptor(
        String name,
        @Opt List<String> inputTypes,
        @Opt List<String> outputTypes,
        @Opt boolean clientStreaming,
        @Opt boolean serverStreaming,
        @Nullable String description,
        @Opt List<String> httpPaths,
        @Opt List<String> httpMethods) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public MethodDescriptor {
        var violations = new Violations();
        violations.text("name", name);
        violations.throwIfAny();
        inputTypes = inputTypes == null ? List.of() : List.copyOf(inputTypes);
        outputTypes = outputTypes == null ? List.of() : List.copyOf(outputTypes);
        httpPaths = httpPaths == null ? List.of() : List.copyOf(httpPaths);
        httpMethods = httpMethods == null ? List.of() : List.copyOf(httpMethods);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static MethodDescriptorBuilders.Name builder() {
        return MethodDescriptorBuilder.builder();
    }

    /** Starts a builder from these values. */
    public MethodDescriptorBuilder toBuilder() {
        return MethodDescriptorBuilder.from(this);
    }

    /**
     * Returns a method without streams that is not served by HTTP.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public static MethodDescriptor of(
            String name, List<String> inputTypes, List<String> outputTypes) {
        return builder().name(name).inputTypes(inputTypes).outputTypes(outputTypes).build();
    }
}
