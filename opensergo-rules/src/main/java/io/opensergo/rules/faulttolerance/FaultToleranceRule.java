package io.opensergo.rules.faulttolerance;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Protects resources with strategies.
 *
 * @param metadata what identifies and binds the rule
 * @param targets the protected resources
 * @param strategies references to the strategies that protect them
 * @param fallbackAction the name of a {@link HttpRequestFallbackAction} for rejected requests, if
 *     any
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record FaultToleranceRule(
        Metadata metadata,
        @JsonPropertyDescription("The protected resources.") @Limits(required = true)
                List<ResourceRef> targets,
        @JsonPropertyDescription("The strategies that protect them, by name.")
                @Limits(required = true)
                List<StrategyRef> strategies,
        @JsonPropertyDescription("The name of a HttpRequestFallbackAction for rejected requests.")
                @Limits(notEmpty = true)
                @Nullable String fallbackAction)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<FaultToleranceRule> KIND =
            RuleKind.of(Strategy.API_VERSION, "FaultToleranceRule", FaultToleranceRule.class);

    public FaultToleranceRule {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("targets", targets);
        violations.required("strategies", strategies);
        if (fallbackAction != null) {
            violations.text("fallbackAction", fallbackAction);
        }
        violations.throwIfAny();
        targets = List.copyOf(targets);
        strategies = List.copyOf(strategies);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static FaultToleranceRuleBuilders.Targets builder(Metadata metadata) {
        return FaultToleranceRuleBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public FaultToleranceRuleBuilder toBuilder() {
        return FaultToleranceRuleBuilder.from(this);
    }

    @Override
    public RuleKind<FaultToleranceRule> kind() {
        return KIND;
    }

    /**
     * Finds the strategies this rule refers to.
     *
     * <p>A reference with a kind finds the strategy of that kind and name; one without a kind finds
     * the strategy of that name if exactly one kind has it. Only strategies of this rule's
     * namespace count.
     *
     * @param candidates every strategy known, in any order
     */
    public Resolution resolve(Collection<? extends Strategy> candidates) {
        List<Strategy> found = new ArrayList<>(strategies.size());
        List<StrategyRef> dangling = new ArrayList<>();
        for (StrategyRef ref : strategies) {
            List<Strategy> matches = new ArrayList<>(1);
            for (Strategy candidate : candidates) {
                if (ref.matches(candidate)
                        && candidate.metadata().namespace().equals(metadata.namespace())) {
                    matches.add(candidate);
                }
            }
            if (matches.size() == 1) {
                found.add(matches.get(0));
            } else {
                dangling.add(ref);
            }
        }
        return new Resolution(found, dangling);
    }

    /**
     * A protected resource.
     *
     * @param targetResourceName the key of the resource, such as {@code GET:/foo}, 1 to 1024
     *     characters
     */
    @Builder(
            style = STAGED,
            className = "FaultToleranceRuleResourceRefBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record ResourceRef(
            @JsonPropertyDescription("The key of the resource, such as GET:/foo.")
                    @Limits(maxLength = 1024)
                    String targetResourceName) {

        public ResourceRef {
            var violations = new Violations();
            violations.text("targetResourceName", targetResourceName, 1, 1024);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static FaultToleranceRuleResourceRefBuilders.TargetResourceName builder() {
            return FaultToleranceRuleResourceRefBuilder.builder();
        }

        /** Returns the resource of this key. */
        public static ResourceRef of(String targetResourceName) {
            return builder().targetResourceName(targetResourceName).build();
        }

        /** Starts a builder from these values. */
        public FaultToleranceRuleResourceRefBuilder toBuilder() {
            return FaultToleranceRuleResourceRefBuilder.from(this);
        }
    }

    /**
     * A reference to a strategy in the rule's namespace.
     *
     * @param name the {@code metadata.name} of the strategy
     * @param kind its kind; {@code null} if the name alone identifies it
     */
    @Builder(
            style = STAGED,
            className = "FaultToleranceRuleStrategyRefBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record StrategyRef(
            @JsonPropertyDescription("The metadata.name of the strategy.") @Limits(maxLength = 1024)
                    String name,
            @JsonPropertyDescription(
                            "The kind of the strategy; may be left out if the name is unique.")
                    @Nullable StrategyKind kind) {

        public StrategyRef {
            var violations = new Violations();
            violations.text("name", name, 1, 1024);
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static FaultToleranceRuleStrategyRefBuilders.Name builder() {
            return FaultToleranceRuleStrategyRefBuilder.builder();
        }

        /** Starts a builder from these values. */
        public FaultToleranceRuleStrategyRefBuilder toBuilder() {
            return FaultToleranceRuleStrategyRefBuilder.from(this);
        }

        /** Refers to a strategy by its name alone. */
        public static StrategyRef of(String name) {
            return builder().name(name).build();
        }

        /** Refers to a strategy by kind and name. */
        public static StrategyRef to(Strategy strategy) {
            return builder().name(strategy.name()).kind(strategy.strategyKind()).build();
        }

        boolean matches(Strategy strategy) {
            return strategy.name().equals(name)
                    && (kind == null || kind == strategy.strategyKind());
        }
    }

    /**
     * What the references of a rule lead to.
     *
     * @param strategies the strategies found, in the order of the references
     * @param dangling the references that lead to none, or without a kind to more than one
     */
    public record Resolution(List<Strategy> strategies, List<StrategyRef> dangling) {

        public Resolution {
            strategies = List.copyOf(strategies);
            dangling = List.copyOf(dangling);
        }
    }
}
