package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import java.util.List;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Stops calling what fails or is slow, and probes it again later; always per instance.
 *
 * @param metadata what identifies and binds the rule
 * @param strategy what share of calls trips the breaker
 * @param triggerRatio the share that trips it, 0 to 1 in whole percent
 * @param statDuration the sliding window, whole milliseconds, at least 1
 * @param recoveryTimeout the time spent open before probing, whole milliseconds, at least 1
 * @param minRequestAmount fewer calls in the window never trip it, 1 or more
 * @param slowConditions when a call is slow; required for {@link
 *     CircuitBreakerStrategy.TriggerType#SLOW_REQUEST_RATIO}
 * @param errorConditions which outcomes are errors; absent means every error the adapter calls one
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record CircuitBreakerStrategy(
        Metadata metadata,
        @JsonPropertyDescription(
                        "What share of calls trips the breaker: of slow or of failed ones.")
                TriggerType strategy,
        @JsonPropertyDescription("The share of calls that trips the breaker.")
                @Written(notation = Notation.PERCENT)
                double triggerRatio,
        @JsonPropertyDescription("The sliding window over which calls are counted.")
                @Written(notation = Notation.DURATION)
                Duration statDuration,
        @JsonPropertyDescription("The time the breaker stays open before it lets a probe through.")
                @Written(notation = Notation.DURATION)
                Duration recoveryTimeout,
        @JsonPropertyDescription("Fewer calls than this in the window never trip the breaker.")
                @Limits(min = 1, max = Integer.MAX_VALUE)
                int minRequestAmount,
        @JsonPropertyDescription("When a call is slow; required for SlowRequestRatio.")
                @Nullable SlowConditions slowConditions,
        @JsonPropertyDescription("Which outcomes are errors; every error if left out.")
                @Nullable ErrorConditions errorConditions)
        implements Strategy {

    /** The key of this kind. */
    public static final RuleKind<CircuitBreakerStrategy> KIND =
            RuleKind.of(API_VERSION, "CircuitBreakerStrategy", CircuitBreakerStrategy.class);

    public CircuitBreakerStrategy {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("strategy", strategy);
        violations.wholePercent("triggerRatio", triggerRatio);
        violations.positiveMillis("statDuration", statDuration);
        violations.positiveMillis("recoveryTimeout", recoveryTimeout);
        violations.range("minRequestAmount", minRequestAmount, 1, Integer.MAX_VALUE);
        if (strategy == TriggerType.SLOW_REQUEST_RATIO && slowConditions == null) {
            violations.add(
                    "slowConditions", "is required for SlowRequestRatio", Violations.MISSING);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static CircuitBreakerStrategyBuilders.Strategy builder(Metadata metadata) {
        return CircuitBreakerStrategyBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public CircuitBreakerStrategyBuilder toBuilder() {
        return CircuitBreakerStrategyBuilder.from(this);
    }

    @Override
    public RuleKind<CircuitBreakerStrategy> kind() {
        return KIND;
    }

    @Override
    public StrategyKind strategyKind() {
        return StrategyKind.CIRCUIT_BREAKER;
    }

    /** What share of calls trips a breaker. */
    public enum TriggerType {
        /** The share of slow calls. */
        @Written(as = "SlowRequestRatio")
        SLOW_REQUEST_RATIO,
        /** The share of failed calls. */
        @Written(as = "ErrorRequestRatio")
        ERROR_REQUEST_RATIO
    }

    /**
     * When a call is slow.
     *
     * @param maxAllowedRt a call that takes longer is slow, whole milliseconds, at least 1
     */
    @Builder(
            style = STAGED,
            className = "CircuitBreakerStrategySlowConditionsBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record SlowConditions(
            @JsonPropertyDescription("A call that takes longer than this is slow.")
                    @Written(notation = Notation.DURATION)
                    Duration maxAllowedRt) {

        public SlowConditions {
            var violations = new Violations();
            violations.positiveMillis("maxAllowedRt", maxAllowedRt);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static CircuitBreakerStrategySlowConditionsBuilders.MaxAllowedRt builder() {
            return CircuitBreakerStrategySlowConditionsBuilder.builder();
        }

        /** Returns the conditions of calls that are slow after this time. */
        public static SlowConditions of(Duration maxAllowedRt) {
            return builder().maxAllowedRt(maxAllowedRt).build();
        }

        /** Starts a builder from these values. */
        public CircuitBreakerStrategySlowConditionsBuilder toBuilder() {
            return CircuitBreakerStrategySlowConditionsBuilder.from(this);
        }
    }

    /**
     * Which outcomes of a call are errors.
     *
     * @param errorTypes names of exception classes or of gRPC, Dubbo or HTTP statuses; empty means
     *     all
     */
    @Builder(
            style = CLASSIC,
            className = "CircuitBreakerStrategyErrorConditionsBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record ErrorConditions(
            @JsonPropertyDescription(
                            "Exception class names or gRPC, Dubbo or HTTP status names; all if empty.")
                    @Written(as = "errorType", notation = Notation.ONE_OR_MANY)
                    @Written(as = "representation", notation = Notation.ONE_OR_MANY)
                    @Limits(notEmpty = true)
                    List<String> errorTypes) {

        public ErrorConditions {
            errorTypes = errorTypes == null ? List.of() : List.copyOf(errorTypes);
            var violations = new Violations();
            for (int i = 0; i < errorTypes.size(); i++) {
                violations.text("errorTypes[" + i + "]", errorTypes.get(i));
            }
            violations.throwIfAny();
        }

        /** Starts a builder; every field may be left out. */
        public static CircuitBreakerStrategyErrorConditionsBuilder builder() {
            return CircuitBreakerStrategyErrorConditionsBuilder.builder();
        }

        /** Returns the conditions that these types of errors fulfil. */
        public static ErrorConditions of(String... errorTypes) {
            return builder().errorTypes(List.of(errorTypes)).build();
        }

        /** Starts a builder from these values. */
        public CircuitBreakerStrategyErrorConditionsBuilder toBuilder() {
            return CircuitBreakerStrategyErrorConditionsBuilder.from(this);
        }
    }
}
