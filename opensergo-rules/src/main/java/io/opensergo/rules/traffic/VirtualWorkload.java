package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jilt.Builder;
import org.jilt.Opt;
import org.jspecify.annotations.Nullable;

/**
 * Groups the instances of a service into subsets by their labels.
 *
 * @param metadata what identifies and binds the rule
 * @param host the service
 * @param type what the instances are, such as {@code deployment}, or {@code null}
 * @param subsets the groups
 * @param trafficPolicy how requests are spread over a group, or {@code null}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record VirtualWorkload(
        Metadata metadata,
        @JsonPropertyDescription("The service.") @Limits(notEmpty = true) String host,
        @JsonPropertyDescription("What the instances are, such as deployment.")
                @Nullable String type,
        @JsonPropertyDescription("The groups of instances.") @Opt List<Subset> subsets,
        @JsonPropertyDescription("How requests are spread over a group.")
                @Nullable TrafficPolicy trafficPolicy)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<VirtualWorkload> KIND =
            RuleKind.of(TrafficRouter.API_VERSION, "VirtualWorkload", VirtualWorkload.class);

    public VirtualWorkload {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.text("host", host);
        subsets = subsets == null ? List.of() : List.copyOf(subsets);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < subsets.size(); i++) {
            String name = subsets.get(i).name();
            violations.require(
                    names.add(name),
                    "subsets[" + i + "].name",
                    "must be unique among the subsets",
                    name);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static VirtualWorkloadBuilders.Host builder(Metadata metadata) {
        return VirtualWorkloadBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public VirtualWorkloadBuilder toBuilder() {
        return VirtualWorkloadBuilder.from(this);
    }

    @Override
    public RuleKind<VirtualWorkload> kind() {
        return KIND;
    }

    /**
     * A group of instances.
     *
     * @param name its name, unique among the subsets
     * @param labels the labels that each of its instances has
     */
    @Builder(
            style = STAGED,
            className = "VirtualWorkloadSubsetBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Subset(
            @JsonPropertyDescription("The name of the group.") @Limits(notEmpty = true) String name,
            @JsonPropertyDescription("The labels that each of its instances has.") @Opt
                    Map<String, String> labels) {

        public Subset {
            var violations = new Violations();
            violations.text("name", name);
            violations.throwIfAny();
            labels = labels == null ? Map.of() : Map.copyOf(labels);
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static VirtualWorkloadSubsetBuilders.Name builder() {
            return VirtualWorkloadSubsetBuilder.builder();
        }

        /** Starts a builder from these values. */
        public VirtualWorkloadSubsetBuilder toBuilder() {
            return VirtualWorkloadSubsetBuilder.from(this);
        }
    }

    /**
     * How requests are spread.
     *
     * @param loadBalancePolicy the name of a policy, such as {@code random}, or {@code null}
     */
    @Builder(
            style = CLASSIC,
            className = "VirtualWorkloadTrafficPolicyBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record TrafficPolicy(
            @JsonPropertyDescription("The name of a load balancing policy, such as random.")
                    @Nullable String loadBalancePolicy) {
        /** Starts a builder; every field may be left out. */
        public static VirtualWorkloadTrafficPolicyBuilder builder() {
            return VirtualWorkloadTrafficPolicyBuilder.builder();
        }

        /** Starts a builder from these values. */
        public VirtualWorkloadTrafficPolicyBuilder toBuilder() {
            return VirtualWorkloadTrafficPolicyBuilder.from(this);
        }
    }
}
