package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * Admits at most a number of requests in a window of time.
 *
 * @param metadata what identifies and binds the rule
 * @param metricType what is counted; {@link RateLimitStrategy.MetricType#REQUEST_AMOUNT}, all there
 *     is, if left out
 * @param limitMode whose requests are counted; {@link LimitMode#LOCAL} if left out
 * @param threshold requests per window, 0 or more; 0 lets nothing pass
 * @param statDuration the window: a whole number of seconds, from 1 to {@link Integer#MAX_VALUE}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record RateLimitStrategy(
        Metadata metadata,
        @JsonPropertyDescription("What is counted.") @Opt MetricType metricType,
        @JsonPropertyDescription("Whose requests are counted: of one instance, or of all of them.")
                @Opt
                LimitMode limitMode,
        @JsonPropertyDescription("Requests per window; 0 lets nothing pass.")
                @Limits(
                        min = 0,
                        hint =
                                "for less than one request per window write a longer statDurationSeconds")
                long threshold,
        @JsonPropertyDescription("The length of the window.")
                @Limits(min = 1, max = Integer.MAX_VALUE)
                @Written(as = "statDurationSeconds", notation = Notation.SECONDS)
                @Written(as = "statDuration", notation = Notation.DURATION)
                Duration statDuration)
        implements LimitStrategy {

    /** The key of this kind. */
    public static final RuleKind<RateLimitStrategy> KIND =
            RuleKind.of(API_VERSION, "RateLimitStrategy", RateLimitStrategy.class);

    public RateLimitStrategy {
        metricType = metricType == null ? MetricType.REQUEST_AMOUNT : metricType;
        limitMode = limitMode == null ? LimitMode.LOCAL : limitMode;
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.range("threshold", threshold, 0, Long.MAX_VALUE);
        if (statDuration == null) {
            violations.required("statDuration", null);
        } else if (statDuration.toNanosPart() != 0) {
            violations.add(
                    "statDuration", "must be a whole number of seconds", statDuration.toString());
        } else {
            violations.range("statDuration", statDuration.toSeconds(), 1, Integer.MAX_VALUE);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static RateLimitStrategyBuilders.Threshold builder(Metadata metadata) {
        return RateLimitStrategyBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public RateLimitStrategyBuilder toBuilder() {
        return RateLimitStrategyBuilder.from(this);
    }

    @Override
    public RuleKind<RateLimitStrategy> kind() {
        return KIND;
    }

    @Override
    public StrategyKind strategyKind() {
        return StrategyKind.RATE_LIMIT;
    }

    /** What a rate limit counts. */
    public enum MetricType {
        /** Requests. */
        @Written(as = "RequestAmount")
        REQUEST_AMOUNT
    }
}
