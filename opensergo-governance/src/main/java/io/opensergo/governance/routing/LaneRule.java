package io.opensergo.governance.routing;

import io.opensergo.rules.traffic.TrafficLane;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A compiled rule of a lane. Immutable.
 *
 * @param colour the colour it gives
 * @param traffic the conditions on a request, all of which must hold; {@code null} if it colours by
 *     workload only
 * @param coloursAll whether this process is one of the instances that colour every request
 * @param carriers the instances of the lane; {@code null} if the rule names none
 */
record LaneRule(
        TrafficColour colour,
        @Nullable List<Condition> traffic,
        boolean coloursAll,
        @Nullable LabelTest carriers) {

    static LaneRule of(TrafficLane lane, WorkloadIdentity self) {
        TrafficLane.Rules rules = lane.rules();
        TrafficLane.Traffic traffic = rules.traffic();
        TrafficLane.Workload workload = rules.workload();
        String key = rules.traceIdBaggage();
        Map<String, String> labels = self.labels();
        LabelTest carriers = workload == null ? null : LabelTest.hasAll(workload.selector());
        return new LaneRule(
                new TrafficColour(
                        key == null ? TrafficLane.DEFAULT_BAGGAGE_KEY : key, rules.lane().name()),
                traffic == null ? null : Conditions.of(traffic.http()),
                carriers != null && carriers.holds(labels),
                carriers);
    }

    boolean colours(RequestView request) {
        return coloursAll || (traffic != null && allHold(traffic, request));
    }

    private static boolean allHold(List<Condition> conditions, RequestView request) {
        for (int i = 0; i < conditions.size(); i++) {
            if (!conditions.get(i).holds(request)) {
                return false;
            }
        }
        return true;
    }
}
