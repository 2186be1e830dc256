package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * A condition on HTTP requests: it holds if each of its fields does. A field left out always holds.
 *
 * @param name a name for people
 * @param uri the path, without the query string
 * @param scheme the scheme of the URI
 * @param method the HTTP method
 * @param authority the authority of the URI
 * @param headers headers by name; names ignore case
 * @param withoutHeaders headers by name of which none may match
 * @param queryParams query parameters by name
 * @param ignoreUriCase whether {@code uri} ignores case, which it never does for a regular
 *     expression
 * @param port the port the request was sent to, 1 to 65535
 * @param sourceLabels labels of the calling workload
 * @param sourceNamespace the namespace of the calling workload
 * @param gateways gateways the condition applies to
 * @param statPrefix a prefix for metrics
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record HttpMatch(
        @JsonPropertyDescription("A name for people.") @Nullable String name,
        @JsonPropertyDescription("The path, without the query string.") @Nullable StringMatch uri,
        @JsonPropertyDescription("The scheme of the URI.") @Nullable StringMatch scheme,
        @JsonPropertyDescription("The HTTP method.") @Nullable StringMatch method,
        @JsonPropertyDescription("The authority of the URI.") @Nullable StringMatch authority,
        @JsonPropertyDescription("Headers by name.") Map<String, StringMatch> headers,
        @JsonPropertyDescription("Headers of which none may match.")
                Map<String, StringMatch> withoutHeaders,
        @JsonPropertyDescription("Query parameters by name.") Map<String, StringMatch> queryParams,
        @JsonPropertyDescription("Whether the uri ignores case.") @Nullable Boolean ignoreUriCase,
        @JsonPropertyDescription("The port the request was sent to.") @Limits(min = 1, max = 65535)
                @Nullable Integer port,
        @JsonPropertyDescription("Labels of the calling workload.")
                Map<String, String> sourceLabels,
        @JsonPropertyDescription("The namespace of the calling workload.")
                @Nullable String sourceNamespace,
        @JsonPropertyDescription("Gateways the condition applies to.") List<String> gateways,
        @JsonPropertyDescription("A prefix for metrics.") @Nullable String statPrefix) {

    public HttpMatch {
        var violations = new Violations();
        if (port != null) {
            violations.range("port", port, 1, 65535);
        }
        violations.throwIfAny();
        headers = headers == null ? Map.of() : Map.copyOf(headers);
        withoutHeaders = withoutHeaders == null ? Map.of() : Map.copyOf(withoutHeaders);
        queryParams = queryParams == null ? Map.of() : Map.copyOf(queryParams);
        sourceLabels = sourceLabels == null ? Map.of() : Map.copyOf(sourceLabels);
        gateways = gateways == null ? List.of() : List.copyOf(gateways);
    }

    /** Starts a builder; every field may be left out. */
    public static HttpMatchBuilder builder() {
        return HttpMatchBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HttpMatchBuilder toBuilder() {
        return HttpMatchBuilder.from(this);
    }
}
