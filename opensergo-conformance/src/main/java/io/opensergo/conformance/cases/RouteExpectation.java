package io.opensergo.conformance.cases;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is expected of routing. */
public sealed interface RouteExpectation {

    /**
     * Each request is routed alike. What is {@code null} is not examined.
     *
     * @param target what becomes of it
     * @param instances the labels of the instances it may go to, in any order
     * @param colour its colour
     * @param actions what else becomes of it, by name; {@code none} for what does not. What is not
     *     named is not examined
     */
    record Each(
            @Nullable RouteTarget target,
            @Nullable List<Map<String, String>> instances,
            @Nullable ExpectedColour colour,
            Map<String, String> actions)
            implements RouteExpectation {

        /** Copies the actions. */
        public Each {
            actions = Map.copyOf(actions);
        }

        /** Expects nothing of what else becomes of it. */
        public Each(
                @Nullable RouteTarget target,
                @Nullable List<Map<String, String>> instances,
                @Nullable ExpectedColour colour) {
            this(target, instances, colour, Map.of());
        }

        @Override
        public String toString() {
            return (target == null ? "anything" : target)
                    + (instances == null ? "" : " instances " + instances)
                    + (colour == null ? "" : " colour " + colour.colour())
                    + (actions.isEmpty() ? "" : " actions " + new TreeMap<>(actions));
        }
    }

    /**
     * The requests are shared among destinations.
     *
     * @param shares the share of each destination; there are no others
     * @param within by how much a share may be off, as a ratio of all requests
     */
    record Shares(List<Share> shares, double within) implements RouteExpectation {

        /** Copies the shares. */
        public Shares {
            shares = List.copyOf(shares);
        }
    }

    /**
     * Some things happen to a share of the requests.
     *
     * @param ratios the share of requests, 0 to 1, to which each happens, by its name
     * @param within by how much a share may be off, as a ratio of all requests
     */
    record Happens(Map<String, Double> ratios, double within) implements RouteExpectation {

        /** Copies the ratios. */
        public Happens {
            ratios = Map.copyOf(ratios);
        }
    }

    /**
     * What a destination gets.
     *
     * @param destination the destination
     * @param ratio its share of the requests, 0 to 1; none at all if 0
     */
    record Share(RouteTarget.Destination destination, double ratio) {}

    /**
     * The colour that is expected.
     *
     * @param colour the colour; {@code null} for none
     */
    record ExpectedColour(@Nullable Colour colour) {}
}
