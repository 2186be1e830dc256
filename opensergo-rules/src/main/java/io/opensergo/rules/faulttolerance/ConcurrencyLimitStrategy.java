package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * Bounds the calls in flight at the same time.
 *
 * @param metadata what identifies and binds the rule
 * @param limitMode whose calls are counted; {@link LimitMode#LOCAL} if left out
 * @param maxConcurrency calls in flight, 0 or more; 0 lets nothing pass
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ConcurrencyLimitStrategy(
        Metadata metadata,
        @JsonPropertyDescription("Whose calls are counted: of one instance, or of all of them.")
                @Opt
                LimitMode limitMode,
        @JsonPropertyDescription("Calls in flight at the same time; 0 lets nothing pass.")
                @Limits(min = 0)
                long maxConcurrency)
        implements LimitStrategy {

    /** The key of this kind. */
    public static final RuleKind<ConcurrencyLimitStrategy> KIND =
            RuleKind.of(API_VERSION, "ConcurrencyLimitStrategy", ConcurrencyLimitStrategy.class);

    public ConcurrencyLimitStrategy {
        limitMode = limitMode == null ? LimitMode.LOCAL : limitMode;
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.range("maxConcurrency", maxConcurrency, 0, Long.MAX_VALUE);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ConcurrencyLimitStrategyBuilders.MaxConcurrency builder(Metadata metadata) {
        return ConcurrencyLimitStrategyBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public ConcurrencyLimitStrategyBuilder toBuilder() {
        return ConcurrencyLimitStrategyBuilder.from(this);
    }

    @Override
    public RuleKind<ConcurrencyLimitStrategy> kind() {
        return KIND;
    }

    @Override
    public StrategyKind strategyKind() {
        return StrategyKind.CONCURRENCY_LIMIT;
    }
}
