package io.opensergo.rules.contract;

import io.opensergo.rules.Violations;
import java.util.List;
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
public record MethodDescriptor(
        String name,
        List<String> inputTypes,
        List<String> outputTypes,
        boolean clientStreaming,
        boolean serverStreaming,
        @Nullable String description,
        List<String> httpPaths,
        List<String> httpMethods) {

    /**
     * Checks and copies.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public MethodDescriptor {
        var violations = new Violations();
        violations.text("name", name);
        violations.throwIfAny();
        inputTypes = List.copyOf(inputTypes);
        outputTypes = List.copyOf(outputTypes);
        httpPaths = List.copyOf(httpPaths);
        httpMethods = List.copyOf(httpMethods);
    }

    /**
     * Returns a method without streams that is not served by HTTP.
     *
     * @throws io.opensergo.rules.InvalidRuleException if the name is empty
     */
    public static MethodDescriptor of(
            String name, List<String> inputTypes, List<String> outputTypes) {
        return new MethodDescriptor(
                name, inputTypes, outputTypes, false, false, null, List.of(), List.of());
    }
}
