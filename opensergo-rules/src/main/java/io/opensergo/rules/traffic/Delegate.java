package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Another router that goes on with the requests of a route.
 *
 * @param name its name
 * @param namespace its namespace, or {@code null} for that of this router
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record Delegate(
        @JsonPropertyDescription("The name of the other router.") @Nullable String name,
        @JsonPropertyDescription("The namespace of the other router.") @Nullable String namespace) {
    /** Starts a builder; every field may be left out. */
    public static DelegateBuilder builder() {
        return DelegateBuilder.builder();
    }

    /** Starts a builder from these values. */
    public DelegateBuilder toBuilder() {
        return DelegateBuilder.from(this);
    }
}
