package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Notation;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import io.opensergo.rules.Written;
import java.time.Duration;
import org.jilt.Builder;

/**
 * Paces requests evenly, letting them queue for a while.
 *
 * @param metadata what identifies and binds the rule
 * @param minIntervalOfRequests the smallest gap between two admitted requests, whole milliseconds,
 *     0 or more
 * @param queueTimeout the longest time a request may wait before it is rejected, whole
 *     milliseconds, at least 1
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ThrottlingStrategy(
        Metadata metadata,
        @JsonPropertyDescription("The smallest gap between two admitted requests.")
                @Written(notation = Notation.DURATION_OR_ZERO)
                Duration minIntervalOfRequests,
        @JsonPropertyDescription("The longest time a request may wait before it is rejected.")
                @Written(notation = Notation.DURATION)
                Duration queueTimeout)
        implements Strategy {

    /** The key of this kind. */
    public static final RuleKind<ThrottlingStrategy> KIND =
            RuleKind.of(API_VERSION, "ThrottlingStrategy", ThrottlingStrategy.class);

    public ThrottlingStrategy {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.notNegativeMillis("minIntervalOfRequests", minIntervalOfRequests);
        violations.positiveMillis("queueTimeout", queueTimeout);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ThrottlingStrategyBuilders.MinIntervalOfRequests builder(Metadata metadata) {
        return ThrottlingStrategyBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public ThrottlingStrategyBuilder toBuilder() {
        return ThrottlingStrategyBuilder.from(this);
    }

    @Override
    public RuleKind<ThrottlingStrategy> kind() {
        return KIND;
    }

    @Override
    public StrategyKind strategyKind() {
        return StrategyKind.THROTTLING;
    }
}
