package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.util.Base64;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * A response that answers a request.
 *
 * @param status the HTTP status, 200 to 599
 * @param body the body, or {@code null} for none
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record HttpDirectResponse(
        @JsonPropertyDescription("The HTTP status.") @Limits(min = 200, max = 599) int status,
        @JsonPropertyDescription("The body.") @Nullable Body body) {

    public HttpDirectResponse {
        var violations = new Violations();
        violations.range("status", status, 200, 599);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static HttpDirectResponseBuilders.Status builder() {
        return HttpDirectResponseBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HttpDirectResponseBuilder toBuilder() {
        return HttpDirectResponseBuilder.from(this);
    }

    /** A body. In a document: an object with one of {@code string} and {@code bytes}. */
    public sealed interface Body {}

    /**
     * A body of text.
     *
     * @param value the text
     */
    @Written(as = "string")
    public record StringBody(String value) implements Body {

        public StringBody {
            var violations = new Violations();
            violations.required("", value);
            violations.throwIfAny();
        }
    }

    /**
     * A body of bytes.
     *
     * @param value the bytes in Base64
     */
    @Written(as = "bytes")
    public record BytesBody(String value) implements Body {

        public BytesBody {
            var violations = new Violations();
            violations.required("", value);
            if (value != null && !isBase64(value)) {
                violations.add("", "must be bytes in Base64", '"' + value + '"');
            }
            violations.throwIfAny();
        }

        /** Returns the bytes, a new array each time. */
        public byte[] decode() {
            return Base64.getDecoder().decode(value);
        }

        private static boolean isBase64(String value) {
            try {
                return Base64.getDecoder().decode(value) != null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }
}
