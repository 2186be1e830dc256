package io.opensergo.rules.faulttolerance;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;

/**
 * Bounds the calls in flight at the same time.
 *
 * @param metadata what identifies and binds the rule
 * @param limitMode whose calls are counted
 * @param maxConcurrency calls in flight, 0 or more; 0 lets nothing pass
 */
public record ConcurrencyLimitStrategy(
        Metadata metadata,
        @JsonPropertyDescription("Whose calls are counted: of one instance, or of all of them.")
                LimitMode limitMode,
        @JsonPropertyDescription("Calls in flight at the same time; 0 lets nothing pass.")
                @Limits(min = 0)
                long maxConcurrency)
        implements LimitStrategy {

    /** The key of this kind. */
    public static final RuleKind<ConcurrencyLimitStrategy> KIND =
            RuleKind.of(API_VERSION, "ConcurrencyLimitStrategy", ConcurrencyLimitStrategy.class);

    public ConcurrencyLimitStrategy {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("limitMode", limitMode);
        violations.range("maxConcurrency", maxConcurrency, 0, Long.MAX_VALUE);
        violations.throwIfAny();
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
