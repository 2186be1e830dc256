package io.opensergo.rules.traffic;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;
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

    /** Starts a condition that always holds. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds a condition; for one thread. */
    public static final class Builder {

        private @Nullable String name;
        private @Nullable StringMatch uri;
        private @Nullable StringMatch scheme;
        private @Nullable StringMatch method;
        private @Nullable StringMatch authority;
        private Map<String, StringMatch> headers = Map.of();
        private Map<String, StringMatch> withoutHeaders = Map.of();
        private Map<String, StringMatch> queryParams = Map.of();
        private @Nullable Boolean ignoreUriCase;
        private @Nullable Integer port;
        private Map<String, String> sourceLabels = Map.of();
        private @Nullable String sourceNamespace;
        private List<String> gateways = List.of();
        private @Nullable String statPrefix;

        private Builder() {}

        /** Sets {@link HttpMatch#name()}. */
        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        /** Sets {@link HttpMatch#uri()}. */
        public Builder uri(@Nullable StringMatch uri) {
            this.uri = uri;
            return this;
        }

        /** Sets {@link HttpMatch#scheme()}. */
        public Builder scheme(@Nullable StringMatch scheme) {
            this.scheme = scheme;
            return this;
        }

        /** Sets {@link HttpMatch#method()}. */
        public Builder method(@Nullable StringMatch method) {
            this.method = method;
            return this;
        }

        /** Sets {@link HttpMatch#authority()}. */
        public Builder authority(@Nullable StringMatch authority) {
            this.authority = authority;
            return this;
        }

        /** Sets {@link HttpMatch#headers()}. */
        public Builder headers(Map<String, StringMatch> headers) {
            this.headers = headers;
            return this;
        }

        /** Sets {@link HttpMatch#withoutHeaders()}. */
        public Builder withoutHeaders(Map<String, StringMatch> withoutHeaders) {
            this.withoutHeaders = withoutHeaders;
            return this;
        }

        /** Sets {@link HttpMatch#queryParams()}. */
        public Builder queryParams(Map<String, StringMatch> queryParams) {
            this.queryParams = queryParams;
            return this;
        }

        /** Sets {@link HttpMatch#ignoreUriCase()}. */
        public Builder ignoreUriCase(@Nullable Boolean ignoreUriCase) {
            this.ignoreUriCase = ignoreUriCase;
            return this;
        }

        /** Sets {@link HttpMatch#port()}. */
        public Builder port(@Nullable Integer port) {
            this.port = port;
            return this;
        }

        /** Sets {@link HttpMatch#sourceLabels()}. */
        public Builder sourceLabels(Map<String, String> sourceLabels) {
            this.sourceLabels = sourceLabels;
            return this;
        }

        /** Sets {@link HttpMatch#sourceNamespace()}. */
        public Builder sourceNamespace(@Nullable String sourceNamespace) {
            this.sourceNamespace = sourceNamespace;
            return this;
        }

        /** Sets {@link HttpMatch#gateways()}. */
        public Builder gateways(List<String> gateways) {
            this.gateways = gateways;
            return this;
        }

        /** Sets {@link HttpMatch#statPrefix()}. */
        public Builder statPrefix(@Nullable String statPrefix) {
            this.statPrefix = statPrefix;
            return this;
        }

        /**
         * Returns the condition.
         *
         * @throws io.opensergo.rules.InvalidRuleException if a field is not allowed
         */
        public HttpMatch build() {
            return new HttpMatch(
                    name,
                    uri,
                    scheme,
                    method,
                    authority,
                    headers,
                    withoutHeaders,
                    queryParams,
                    ignoreUriCase,
                    port,
                    sourceLabels,
                    sourceNamespace,
                    gateways,
                    statPrefix);
        }
    }
}
