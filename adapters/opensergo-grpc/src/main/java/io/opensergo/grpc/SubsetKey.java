package io.opensergo.grpc;

import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.TrafficColour;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the instances that a balancer balances over, through all edits of what they are.
 *
 * @param service the service
 * @param subset its subset, or {@code null} for all of it
 * @param lane which of these are preferred
 * @param balancing what a rule says of how to balance over them, or {@code null} if none does
 */
record SubsetKey(
        String service, @Nullable String subset, String lane, @Nullable LoadBalancing balancing) {

    private static final String ALL = "all";
    private static final String BASELINE = "baseline";

    /** Returns what {@link Lanes#prefer} has preferred. */
    static String lane(
            Lanes lanes, @Nullable TrafficColour colour, List<Map<String, String>> preferred) {
        if (colour == null) {
            return lanes.settings().preferBaseline() ? BASELINE : ALL;
        }
        return !preferred.isEmpty() && lanes.carries(colour, preferred.get(0))
                ? "lane " + colour.name()
                : BASELINE;
    }

    /** Returns for example {@code prices/v2 (baseline)}. */
    @Override
    public String toString() {
        return (subset == null ? service : service + "/" + subset) + " (" + lane + ")";
    }
}
