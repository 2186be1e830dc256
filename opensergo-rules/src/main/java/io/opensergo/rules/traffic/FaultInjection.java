package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Notation;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Faults that are injected to test how callers cope.
 *
 * @param delay requests that are held up, or {@code null}
 * @param abort requests that fail, or {@code null}
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record FaultInjection(
        @JsonPropertyDescription("Requests that are held up.") @Nullable Delay delay,
        @JsonPropertyDescription("Requests that fail.") @Nullable Abort abort) {

    /** Starts a builder; every field may be left out. */
    public static FaultInjectionBuilder builder() {
        return FaultInjectionBuilder.builder();
    }

    /** Starts a builder from these values. */
    public FaultInjectionBuilder toBuilder() {
        return FaultInjectionBuilder.from(this);
    }

    /**
     * Holds requests up. At most one of the two delays may be given.
     *
     * @param fixedDelay how long each time
     * @param exponentialDelay the mean of an exponential distribution
     * @param ratio the share of requests, 0 to 1; all if {@code null}
     */
    @Builder(
            style = CLASSIC,
            className = "FaultInjectionDelayBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Delay(
            @JsonPropertyDescription("How long each time.")
                    @Written(notation = Notation.DECIMAL_DURATION)
                    @Nullable Duration fixedDelay,
            @JsonPropertyDescription("The mean of an exponential distribution.")
                    @Written(notation = Notation.DECIMAL_DURATION)
                    @Nullable Duration exponentialDelay,
            @JsonPropertyDescription("The share of requests.")
                    @Written(as = "percentage", notation = Notation.PERCENT_OBJECT)
                    @Written(as = "percent", notation = Notation.PERCENT_NUMBER)
                    @Nullable Double ratio) {

        public Delay {
            var violations = new Violations();
            if (fixedDelay != null && exponentialDelay != null) {
                violations.add(
                        "", "must have at most one of fixedDelay and exponentialDelay", "both");
            }
            if (fixedDelay != null) {
                violations.require(
                        !fixedDelay.isNegative(), "fixedDelay", "must not be negative", fixedDelay);
            }
            if (exponentialDelay != null) {
                violations.require(
                        !exponentialDelay.isNegative(),
                        "exponentialDelay",
                        "must not be negative",
                        exponentialDelay);
            }
            if (ratio != null) {
                violations.ratio("ratio", ratio);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; every field may be left out. */
        public static FaultInjectionDelayBuilder builder() {
            return FaultInjectionDelayBuilder.builder();
        }

        /** Starts a builder from these values. */
        public FaultInjectionDelayBuilder toBuilder() {
            return FaultInjectionDelayBuilder.from(this);
        }
    }

    /**
     * Lets requests fail. At most one of the three statuses may be given.
     *
     * @param httpStatus an HTTP status, 200 to 599
     * @param grpcStatus the name of a gRPC status
     * @param http2Error the name of an HTTP/2 error
     * @param ratio the share of requests, 0 to 1; all if {@code null}
     */
    @Builder(
            style = CLASSIC,
            className = "FaultInjectionAbortBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Abort(
            @JsonPropertyDescription("An HTTP status.") @Limits(min = 200, max = 599)
                    @Nullable Integer httpStatus,
            @JsonPropertyDescription("The name of a gRPC status.") @Nullable String grpcStatus,
            @JsonPropertyDescription("The name of an HTTP/2 error.") @Nullable String http2Error,
            @JsonPropertyDescription("The share of requests.")
                    @Written(as = "percentage", notation = Notation.PERCENT_OBJECT)
                    @Nullable Double ratio) {

        public Abort {
            var violations = new Violations();
            int statuses =
                    (httpStatus == null ? 0 : 1)
                            + (grpcStatus == null ? 0 : 1)
                            + (http2Error == null ? 0 : 1);
            if (statuses > 1) {
                violations.add(
                        "",
                        "must have at most one of httpStatus, grpcStatus and http2Error",
                        statuses + " of them");
            }
            if (httpStatus != null) {
                violations.range("httpStatus", httpStatus, 200, 599);
            }
            if (ratio != null) {
                violations.ratio("ratio", ratio);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; every field may be left out. */
        public static FaultInjectionAbortBuilder builder() {
            return FaultInjectionAbortBuilder.builder();
        }

        /** Starts a builder from these values. */
        public FaultInjectionAbortBuilder toBuilder() {
            return FaultInjectionAbortBuilder.from(this);
        }
    }
}
