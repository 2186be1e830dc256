package io.opensergo.rules.traffic;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * Another router that goes on with the requests of a route.
 *
 * @param name its name
 * @param namespace its namespace, or {@code null} for that of this router
 */
public record Delegate(
        @JsonPropertyDescription("The name of the other router.") @Nullable String name,
        @JsonPropertyDescription("The namespace of the other router.")
                @Nullable String namespace) {}
