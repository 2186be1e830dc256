package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * What the caller of a rejected HTTP request sees.
 *
 * @param metadata what identifies and binds the rule
 * @param behavior what is done; {@link
 *     HttpRequestFallbackAction.Behavior#RETURN_PROVIDED_RESPONSE}, all there is, if left out
 * @param behaviorDesc the response
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record HttpRequestFallbackAction(
        Metadata metadata,
        @JsonPropertyDescription("What is done with a rejected request.") @Opt Behavior behavior,
        @JsonPropertyDescription("The response that a rejected request gets.")
                ProvidedResponse behaviorDesc)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<HttpRequestFallbackAction> KIND =
            RuleKind.of(
                    Strategy.API_VERSION,
                    "HttpRequestFallbackAction",
                    HttpRequestFallbackAction.class);

    public HttpRequestFallbackAction {
        behavior = behavior == null ? Behavior.RETURN_PROVIDED_RESPONSE : behavior;
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("behaviorDesc", behaviorDesc);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static HttpRequestFallbackActionBuilders.BehaviorDesc builder(Metadata metadata) {
        return HttpRequestFallbackActionBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public HttpRequestFallbackActionBuilder toBuilder() {
        return HttpRequestFallbackActionBuilder.from(this);
    }

    @Override
    public RuleKind<HttpRequestFallbackAction> kind() {
        return KIND;
    }

    /** What is done with a rejected request. */
    public enum Behavior {
        /** It is answered with the response of the rule. */
        @Written(as = "ReturnProvidedResponse")
        RETURN_PROVIDED_RESPONSE
    }

    /**
     * An HTTP response.
     *
     * @param responseStatusCode the status, 100 to 599
     * @param responseContentBody the body, or {@code null} for none
     * @param responseAdditionalHeaders headers beside those that the framework sets
     */
    @Builder(
            style = STAGED,
            className = "HttpRequestFallbackActionProvidedResponseBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record ProvidedResponse(
            @JsonPropertyDescription("The HTTP status.") @Limits(min = 100, max = 599)
                    int responseStatusCode,
            @JsonPropertyDescription("The body.") @Nullable String responseContentBody,
            @JsonPropertyDescription("Additional headers.") @Opt
                    List<Header> responseAdditionalHeaders) {

        public ProvidedResponse {
            var violations = new Violations();
            violations.range("responseStatusCode", responseStatusCode, 100, 599);
            violations.throwIfAny();
            responseAdditionalHeaders =
                    responseAdditionalHeaders == null
                            ? List.of()
                            : List.copyOf(responseAdditionalHeaders);
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static HttpRequestFallbackActionProvidedResponseBuilders.ResponseStatusCode
                builder() {
            return HttpRequestFallbackActionProvidedResponseBuilder.builder();
        }

        /** Starts a builder from these values. */
        public HttpRequestFallbackActionProvidedResponseBuilder toBuilder() {
            return HttpRequestFallbackActionProvidedResponseBuilder.from(this);
        }
    }

    /**
     * A header of a response.
     *
     * @param key the name, not empty
     * @param value the value
     */
    @Builder(
            style = STAGED,
            className = "HttpRequestFallbackActionHeaderBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Header(
            @JsonPropertyDescription("The name of the header.") @Limits(notEmpty = true) String key,
            @JsonPropertyDescription("The value of the header.") String value) {

        public Header {
            var violations = new Violations();
            violations.text("key", key);
            violations.required("value", value);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static HttpRequestFallbackActionHeaderBuilders.Key builder() {
            return HttpRequestFallbackActionHeaderBuilder.builder();
        }

        /** Starts a builder from these values. */
        public HttpRequestFallbackActionHeaderBuilder toBuilder() {
            return HttpRequestFallbackActionHeaderBuilder.from(this);
        }
    }
}
