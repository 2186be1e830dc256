package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * A redirect that answers a request.
 *
 * @param uri the new path, or {@code null} to keep it
 * @param authority the new authority, or {@code null} to keep it
 * @param scheme the new scheme, or {@code null} to keep it
 * @param port the new port, 1 to 65535, or {@code null}
 * @param derivePort where the new port comes from, or {@code null}; not together with {@code port}
 * @param redirectCode the HTTP status, 300 to 399, or {@code null} for 301
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record HttpRedirect(
        @JsonPropertyDescription("The new path.") @Nullable String uri,
        @JsonPropertyDescription("The new authority.") @Nullable String authority,
        @JsonPropertyDescription("The new scheme.") @Nullable String scheme,
        @JsonPropertyDescription("The new port.") @Limits(min = 1, max = 65535)
                @Nullable Integer port,
        @JsonPropertyDescription("Where the new port comes from; not together with port.")
                @Nullable DerivePort derivePort,
        @JsonPropertyDescription("The HTTP status, 301 if left out.") @Limits(min = 300, max = 399)
                @Nullable Integer redirectCode) {

    public HttpRedirect {
        var violations = new Violations();
        if (port != null) {
            violations.range("port", port, 1, 65535);
            violations.require(
                    derivePort == null,
                    "derivePort",
                    "must not be given together with port",
                    derivePort);
        }
        if (redirectCode != null) {
            violations.range("redirectCode", redirectCode, 300, 399);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; every field may be left out. */
    public static HttpRedirectBuilder builder() {
        return HttpRedirectBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HttpRedirectBuilder toBuilder() {
        return HttpRedirectBuilder.from(this);
    }

    /** Where the port of a redirect comes from. */
    public enum DerivePort {
        /** The usual port of the scheme. */
        FROM_PROTOCOL_DEFAULT,
        /** The port of the request. */
        FROM_REQUEST_PORT
    }
}
