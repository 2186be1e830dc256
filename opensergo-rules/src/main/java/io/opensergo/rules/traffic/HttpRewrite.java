package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Changes to a request before it is forwarded.
 *
 * @param uri the new path, or the new prefix where the condition matched a prefix; {@code null}
 *     keeps it
 * @param authority the new authority; {@code null} keeps it
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record HttpRewrite(
        @JsonPropertyDescription("The new path, or prefix where a prefix matched.")
                @Nullable String uri,
        @JsonPropertyDescription("The new authority.") @Nullable String authority) {
    /** Starts a builder; every field may be left out. */
    public static HttpRewriteBuilder builder() {
        return HttpRewriteBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HttpRewriteBuilder toBuilder() {
        return HttpRewriteBuilder.from(this);
    }
}
