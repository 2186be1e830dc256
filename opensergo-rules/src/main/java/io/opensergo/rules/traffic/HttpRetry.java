package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import java.util.List;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * How failed requests are tried again.
 *
 * @param attempts how often, 0 or more; {@code null} if not given
 * @param perTryTimeout the time limit of each attempt, the first included
 * @param retryOn the conditions of a retry, as Envoy names them
 * @param retryRemoteLocalities whether retries may go to other localities
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record HttpRetry(
        @JsonPropertyDescription("How often a request is tried again.")
                @Limits(min = 0, max = Integer.MAX_VALUE)
                @Nullable Integer attempts,
        @JsonPropertyDescription("The time limit of each attempt, the first included.")
                @Written(notation = Notation.DECIMAL_DURATION)
                @Nullable Duration perTryTimeout,
        @JsonPropertyDescription("The conditions of a retry, separated by commas.")
                @Written(notation = Notation.COMMA_SEPARATED)
                List<String> retryOn,
        @JsonPropertyDescription("Whether retries may go to other localities.")
                @Nullable Boolean retryRemoteLocalities) {

    public HttpRetry {
        var violations = new Violations();
        if (attempts != null) {
            violations.range("attempts", attempts, 0, Integer.MAX_VALUE);
        }
        if (perTryTimeout != null) {
            violations.require(
                    !perTryTimeout.isNegative(),
                    "perTryTimeout",
                    "must not be negative",
                    perTryTimeout);
        }
        retryOn = retryOn == null ? List.of() : List.copyOf(retryOn);
        violations.commaSeparable("retryOn", retryOn);
        violations.throwIfAny();
    }

    /** Starts a builder; every field may be left out. */
    public static HttpRetryBuilder builder() {
        return HttpRetryBuilder.builder();
    }

    /** Starts a builder from these values. */
    public HttpRetryBuilder toBuilder() {
        return HttpRetryBuilder.from(this);
    }
}
