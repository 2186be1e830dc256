package io.opensergo.rules.traffic;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.Map;
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
    }

    /**
     * Requests that are coloured.
     *
     * @param http a condition on HTTP requests
     */
    public record Traffic(
            @JsonPropertyDescription("A condition on HTTP requests.") HttpTraffic http) {

        public Traffic {
            var violations = new Violations();
            violations.required("http", http);
            violations.throwIfAny();
        }
    }

    /**
     * A condition on HTTP requests: it holds if each of its fields does.
     *
     * @param headers headers by name
     * @param uri the path, without the query string; {@code null} for any
     */
    public record HttpTraffic(
            @JsonPropertyDescription("Headers by name.") Map<String, StringMatch> headers,
            @JsonPropertyDescription("The path, without the query string.")
                    @Nullable StringMatch uri) {

        public HttpTraffic {
            headers = headers == null ? Map.of() : Map.copyOf(headers);
        }
    }

    /**
     * A group of instances.
     *
     * @param selector labels that an instance of the group has
     */
    public record Workload(
            @JsonPropertyDescription("Labels that an instance of the group has.")
                    Map<String, String> selector) {

        public Workload {
            selector = selector == null ? Map.of() : Map.copyOf(selector);
        }
    }

    /**
     * A colour.
     *
     * @param name the value that requests carry
     */
    public record Lane(
            @JsonPropertyDescription("The value that requests carry.") @Limits(notEmpty = true)
                    String name) {

        public Lane {
            var violations = new Violations();
            violations.text("name", name);
            violations.throwIfAny();
        }
    }
}
