package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.Map;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Colours traffic, so that it stays in one lane through a whole chain of calls.
 *
 * <p>The application that colours is the one the rule is bound to ({@code spec.selector.app} of the
 * document). Requests are coloured by {@code traffic} or by {@code workload}: one of them is
 * enough.
 *
 * @param metadata what identifies and binds the rule
 * @param rules what is coloured and how
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record TrafficLane(
        Metadata metadata, @JsonPropertyDescription("What is coloured and how.") Rules rules)
        implements Rule {

    /** The key of this kind. */
    public static final RuleKind<TrafficLane> KIND =
            RuleKind.of(TrafficRouter.API_VERSION, "TrafficLane", TrafficLane.class);

    /** The header or baggage key that carries the colour unless a rule names another. */
    public static final String DEFAULT_BAGGAGE_KEY = "x-opensergo-traffic";

    public TrafficLane {
        var violations = new Violations();
        violations.required("metadata", metadata);
        violations.required("rules", rules);
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static TrafficLaneBuilders.Rules builder(Metadata metadata) {
        return TrafficLaneBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public TrafficLaneBuilder toBuilder() {
        return TrafficLaneBuilder.from(this);
    }

    @Override
    public RuleKind<TrafficLane> kind() {
        return KIND;
    }

    /**
     * What is coloured and how.
     *
     * @param traffic requests that are coloured, or {@code null}
     * @param workload instances all of whose requests are coloured, or {@code null}
     * @param lane the colour
     * @param traceIdBaggage the header or baggage key that carries it, or {@code null} for {@value
     *     TrafficLane#DEFAULT_BAGGAGE_KEY}
     */
    @Builder(
            style = STAGED,
            className = "TrafficLaneRulesBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Rules(
            @JsonPropertyDescription("Requests that are coloured.") @Nullable Traffic traffic,
            @JsonPropertyDescription("Instances all of whose requests are coloured.")
                    @Nullable Workload workload,
            @JsonPropertyDescription("The colour.") Lane lane,
            @JsonPropertyDescription("The header or baggage key that carries the colour.")
                    @Limits(notEmpty = true)
                    @Nullable String traceIdBaggage) {

        public Rules {
            var violations = new Violations();
            violations.required("lane", lane);
            if (traceIdBaggage != null) {
                violations.text("traceIdBaggage", traceIdBaggage);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static TrafficLaneRulesBuilders.Lane builder() {
            return TrafficLaneRulesBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TrafficLaneRulesBuilder toBuilder() {
            return TrafficLaneRulesBuilder.from(this);
        }
    }

    /**
     * Requests that are coloured.
     *
     * @param http a condition on HTTP requests
     */
    @Builder(
            style = STAGED,
            className = "TrafficLaneTrafficBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Traffic(
            @JsonPropertyDescription("A condition on HTTP requests.") HttpTraffic http) {

        public Traffic {
            var violations = new Violations();
            violations.required("http", http);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static TrafficLaneTrafficBuilders.Http builder() {
            return TrafficLaneTrafficBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TrafficLaneTrafficBuilder toBuilder() {
            return TrafficLaneTrafficBuilder.from(this);
        }
    }

    /**
     * A condition on HTTP requests: it holds if each of its fields does.
     *
     * @param headers headers by name
     * @param uri the path, without the query string; {@code null} for any
     */
    @Builder(
            style = CLASSIC,
            className = "TrafficLaneHttpTrafficBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record HttpTraffic(
            @JsonPropertyDescription("Headers by name.") Map<String, StringMatch> headers,
            @JsonPropertyDescription("The path, without the query string.")
                    @Nullable StringMatch uri) {

        public HttpTraffic {
            headers = headers == null ? Map.of() : Map.copyOf(headers);
        }

        /** Starts a builder; every field may be left out. */
        public static TrafficLaneHttpTrafficBuilder builder() {
            return TrafficLaneHttpTrafficBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TrafficLaneHttpTrafficBuilder toBuilder() {
            return TrafficLaneHttpTrafficBuilder.from(this);
        }
    }

    /**
     * A group of instances.
     *
     * @param selector labels that an instance of the group has
     */
    @Builder(
            style = CLASSIC,
            className = "TrafficLaneWorkloadBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Workload(
            @JsonPropertyDescription("Labels that an instance of the group has.")
                    Map<String, String> selector) {

        public Workload {
            selector = selector == null ? Map.of() : Map.copyOf(selector);
        }

        /** Starts a builder; every field may be left out. */
        public static TrafficLaneWorkloadBuilder builder() {
            return TrafficLaneWorkloadBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TrafficLaneWorkloadBuilder toBuilder() {
            return TrafficLaneWorkloadBuilder.from(this);
        }
    }

    /**
     * A colour.
     *
     * @param name the value that requests carry
     */
    @Builder(
            style = STAGED,
            className = "TrafficLaneLaneBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Lane(
            @JsonPropertyDescription("The value that requests carry.") @Limits(notEmpty = true)
                    String name) {

        public Lane {
            var violations = new Violations();
            violations.text("name", name);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static TrafficLaneLaneBuilders.Name builder() {
            return TrafficLaneLaneBuilder.builder();
        }

        /** Returns the colour of this name. */
        public static Lane of(String name) {
            return builder().name(name).build();
        }

        /** Starts a builder from these values. */
        public TrafficLaneLaneBuilder toBuilder() {
            return TrafficLaneLaneBuilder.from(this);
        }
    }
}
