package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import java.util.List;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Cross-origin rules.
 *
 * @param allowOrigins conditions on the origin
 * @param allowOrigin exact origins, the older form of {@code allowOrigins}
 * @param allowMethods allowed methods
 * @param allowHeaders allowed request headers
 * @param exposeHeaders response headers that a script may read
 * @param maxAge how long a preflight answer holds
 * @param allowCredentials whether credentials may be sent
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record CorsPolicy(
        @JsonPropertyDescription("Conditions on the origin.") List<StringMatch> allowOrigins,
        @JsonPropertyDescription("Exact origins; the older form of allowOrigins.")
                List<String> allowOrigin,
        @JsonPropertyDescription("Allowed methods.") List<String> allowMethods,
        @JsonPropertyDescription("Allowed request headers.") List<String> allowHeaders,
        @JsonPropertyDescription("Response headers that a script may read.")
                List<String> exposeHeaders,
        @JsonPropertyDescription("How long a preflight answer holds.")
                @Written(notation = Notation.DECIMAL_DURATION)
                @Nullable Duration maxAge,
        @JsonPropertyDescription("Whether credentials may be sent.")
                @Nullable Boolean allowCredentials) {

    public CorsPolicy {
        var violations = new Violations();
        if (maxAge != null) {
            violations.require(!maxAge.isNegative(), "maxAge", "must not be negative", maxAge);
        }
        violations.throwIfAny();
        allowOrigins = allowOrigins == null ? List.of() : List.copyOf(allowOrigins);
        allowOrigin = allowOrigin == null ? List.of() : List.copyOf(allowOrigin);
        allowMethods = allowMethods == null ? List.of() : List.copyOf(allowMethods);
        allowHeaders = allowHeaders == null ? List.of() : List.copyOf(allowHeaders);
        exposeHeaders = exposeHeaders == null ? List.of() : List.copyOf(exposeHeaders);
    }

    /** Starts a builder; every field may be left out. */
    public static CorsPolicyBuilder builder() {
        return CorsPolicyBuilder.builder();
    }

    /** Starts a builder from these values. */
    public CorsPolicyBuilder toBuilder() {
        return CorsPolicyBuilder.from(this);
    }
}
