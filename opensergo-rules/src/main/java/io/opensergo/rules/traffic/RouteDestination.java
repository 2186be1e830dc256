package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * One of the destinations among which the requests of an HTTP route are shared.
 *
 * @param destination where requests go
 * @param weight its share, relative to the other weights, 0 or more; {@code null} if not given
 * @param headers changes to the headers, or {@code null}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record RouteDestination(
        @JsonPropertyDescription("Where requests go.") Destination destination,
        @JsonPropertyDescription("The share of requests, relative to the other weights.")
                @Limits(min = 0, max = Integer.MAX_VALUE)
                @Nullable Integer weight,
        @JsonPropertyDescription("Changes to the headers.") @Nullable HeaderOperations headers) {

    public RouteDestination {
        var violations = new Violations();
        violations.required("destination", destination);
        if (weight != null) {
            violations.range("weight", weight, 0, Integer.MAX_VALUE);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static RouteDestinationBuilders.Destination builder() {
        return RouteDestinationBuilder.builder();
    }

    /** Starts a builder from these values. */
    public RouteDestinationBuilder toBuilder() {
        return RouteDestinationBuilder.from(this);
    }

    /** Returns a destination without a weight. */
    public static RouteDestination of(Destination destination) {
        return builder().destination(destination).build();
    }

    /** Returns a destination with a weight. */
    public static RouteDestination of(Destination destination, int weight) {
        return builder().destination(destination).weight(weight).build();
    }
}
