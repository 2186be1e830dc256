package io.opensergo.conformance;

import io.opensergo.conformance.cases.Colour;
import io.opensergo.conformance.cases.RouteTarget;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an implementation routed a request.
 *
 * @param target what becomes of the request; of a destination and its fallback the one whose
 *     instances were selected
 * @param instances the labels of the instances it may go to; empty if it goes nowhere, if the
 *     application leaves open which there are, or without {@link Feature#INSTANCE_SELECTION}
 * @param colour its colour, with its key; {@code null} if it has none or without {@link
 *     Feature#COLOURING}
 */
public record Routing(
        RouteTarget target, List<Map<String, String>> instances, @Nullable Colour colour) {

    /** Copies the instances. */
    public Routing {
        instances = List.copyOf(instances);
    }

    @Override
    public String toString() {
        return target + " instances " + instances + " colour " + colour;
    }
}
