package io.opensergo.rules.traffic;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a request before it is forwarded.
 *
 * @param uri the new path, or the new prefix where the condition matched a prefix; {@code null}
 *     keeps it
 * @param authority the new authority; {@code null} keeps it
 */
public record HttpRewrite(
        @JsonPropertyDescription("The new path, or prefix where a prefix matched.")
                @Nullable String uri,
        @JsonPropertyDescription("The new authority.") @Nullable String authority) {}
