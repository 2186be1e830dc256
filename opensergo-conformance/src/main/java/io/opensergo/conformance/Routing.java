package io.opensergo.conformance;

import io.opensergo.conformance.cases.Colour;
import io.opensergo.conformance.cases.RouteTarget;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
 * @param actions what else becomes of this request, by the names that the suite's README has for
 *     it; empty without {@link Feature#ROUTE_ACTIONS}
 */
public record Routing(
        RouteTarget target,
        List<Map<String, String>> instances,
        @Nullable Colour colour,
        Map<String, String> actions) {

    /** Copies the instances and actions. */
    public Routing {
        instances = List.copyOf(instances);
        actions = Map.copyOf(actions);
    }

    /** Takes a routing of which nothing is known besides. */
    public Routing(
            RouteTarget target, List<Map<String, String>> instances, @Nullable Colour colour) {
        this(target, instances, colour, Map.of());
    }

    @Override
    public String toString() {
        return target
                + " instances "
                + instances
                + " colour "
                + colour
                + " actions "
                + new TreeMap<>(actions);
    }
}
