package io.opensergo.rules.database;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Sends writes to one database and reads to others.
 *
 * @param metadata what identifies and binds the rule
 * @param rules how
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record ReadWriteSplitting(
        Metadata metadata, @JsonPropertyDescription("How reads and writes are split.") Rules rules)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<ReadWriteSplitting> KIND =
            RuleKind.of(
                    VirtualDatabase.API_VERSION, "ReadWriteSplitting", ReadWriteSplitting.class);

    public ReadWriteSplitting {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("rules", rules);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static ReadWriteSplittingBuilders.Rules builder(Metadata metadata) {
        return ReadWriteSplittingBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public ReadWriteSplittingBuilder toBuilder() {
        return ReadWriteSplittingBuilder.from(this);
    }

    @Override
    public RuleKind<ReadWriteSplitting> kind() {
        return KIND;
    }

    /**
     * How reads and writes are split: exactly one of the two strategies.
     *
     * @param staticStrategy databases by name, or {@code null}
     * @param dynamicStrategy databases found by a {@link DatabaseDiscovery}, or {@code null}
     * @param loadBalancers load balancers that the strategies name
     */
    @Builder(
            style = CLASSIC,
            className = "ReadWriteSplittingRulesBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Rules(
            @JsonPropertyDescription("Databases by name; not together with dynamicStrategy.")
                    @Nullable StaticStrategy staticStrategy,
            @JsonPropertyDescription(
                            "Databases found by discovery; not together with staticStrategy.")
                    @Nullable DynamicStrategy dynamicStrategy,
            @JsonPropertyDescription("Load balancers that the strategies name.")
                    List<LoadBalancer> loadBalancers) {

        public Rules {
            var violations = new Violations();
            if ((staticStrategy == null) == (dynamicStrategy == null)) {
                violations.add(
                        "",
                        "must have exactly one of staticStrategy and dynamicStrategy",
                        staticStrategy == null ? "neither" : "both");
            }
            violations.throwIfAny();
            loadBalancers = loadBalancers == null ? List.of() : List.copyOf(loadBalancers);
        }

        /** Starts a builder; every field may be left out. */
        public static ReadWriteSplittingRulesBuilder builder() {
            return ReadWriteSplittingRulesBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ReadWriteSplittingRulesBuilder toBuilder() {
            return ReadWriteSplittingRulesBuilder.from(this);
        }
    }

    /**
     * Databases by name.
     *
     * @param writeDataSourceName the {@link DatabaseEndpoint} that is written to
     * @param readDataSourceNames the {@link DatabaseEndpoint}s that are read from
     * @param loadBalancerName the load balancer among them, or {@code null}
     */
    @Builder(
            style = STAGED,
            className = "ReadWriteSplittingStaticStrategyBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record StaticStrategy(
            @JsonPropertyDescription("The DatabaseEndpoint that is written to.")
                    @Limits(notEmpty = true)
                    String writeDataSourceName,
            @JsonPropertyDescription("The DatabaseEndpoints that are read from.")
                    @Limits(required = true)
                    List<String> readDataSourceNames,
            @JsonPropertyDescription("The load balancer among them.")
                    @Nullable String loadBalancerName) {

        public StaticStrategy {
            var violations = new Violations();
            violations.text("writeDataSourceName", writeDataSourceName);
            violations.required("readDataSourceNames", readDataSourceNames);
            violations.throwIfAny();
            readDataSourceNames = List.copyOf(readDataSourceNames);
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static ReadWriteSplittingStaticStrategyBuilders.WriteDataSourceName builder() {
            return ReadWriteSplittingStaticStrategyBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ReadWriteSplittingStaticStrategyBuilder toBuilder() {
            return ReadWriteSplittingStaticStrategyBuilder.from(this);
        }
    }

    /**
     * Databases found by discovery.
     *
     * @param autoAwareDataSourceName a group of a {@link DatabaseDiscovery}
     * @param writeDataSourceQueryEnabled whether reads may use the writer, or {@code null} if not
     *     given
     * @param loadBalancerName the load balancer among them, or {@code null}
     */
    @Builder(
            style = STAGED,
            className = "ReadWriteSplittingDynamicStrategyBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record DynamicStrategy(
            @JsonPropertyDescription("A group of a DatabaseDiscovery.") @Limits(notEmpty = true)
                    String autoAwareDataSourceName,
            @JsonPropertyDescription("Whether reads may use the writer.")
                    @Nullable Boolean writeDataSourceQueryEnabled,
            @JsonPropertyDescription("The load balancer among them.")
                    @Nullable String loadBalancerName) {

        public DynamicStrategy {
            var violations = new Violations();
            violations.text("autoAwareDataSourceName", autoAwareDataSourceName);
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static ReadWriteSplittingDynamicStrategyBuilders.AutoAwareDataSourceName builder() {
            return ReadWriteSplittingDynamicStrategyBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ReadWriteSplittingDynamicStrategyBuilder toBuilder() {
            return ReadWriteSplittingDynamicStrategyBuilder.from(this);
        }
    }

    /**
     * A load balancer.
     *
     * @param loadBalancerName its name
     * @param type what it does
     */
    @Builder(
            style = STAGED,
            className = "ReadWriteSplittingLoadBalancerBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record LoadBalancer(
            @JsonPropertyDescription("The name of the load balancer.") @Limits(notEmpty = true)
                    String loadBalancerName,
            @JsonPropertyDescription("What the load balancer does.") LoadBalancerType type) {

        public LoadBalancer {
            var violations = new Violations();
            violations.text("loadBalancerName", loadBalancerName);
            violations.required("type", type);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static ReadWriteSplittingLoadBalancerBuilders.LoadBalancerName builder() {
            return ReadWriteSplittingLoadBalancerBuilder.builder();
        }

        /** Starts a builder from these values. */
        public ReadWriteSplittingLoadBalancerBuilder toBuilder() {
            return ReadWriteSplittingLoadBalancerBuilder.from(this);
        }
    }

    /** What a load balancer does. */
    public enum LoadBalancerType {
        /** Takes each in turn. */
        ROUND_ROBIN,
        /** Takes one at random. */
        RANDOM,
        /** Takes one at random by weight. */
        WEIGHT
    }
}
