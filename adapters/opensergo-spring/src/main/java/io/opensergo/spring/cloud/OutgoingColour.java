package io.opensergo.spring.cloud;

import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.TrafficColour;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * How the headers of a request change that a gateway sends on.
 *
 * @param incoming as they came
 */
record OutgoingColour(Lanes lanes, HttpHeaders incoming) {

    private static final String BAGGAGE = "baggage";

    /** Returns the headers to set, by their names; those to leave out have an empty value. */
    Map<String, String> of(@Nullable TrafficColour colour) {
        Map<String, String> changes = new LinkedHashMap<>();
        String baggage = incoming.getFirst(BAGGAGE);
        if (!lanes.settings().acceptColours()) {
            incoming.forEach(
                    (name, values) -> {
                        if (lanes.isKey(name)) {
                            changes.put(name.toLowerCase(Locale.ROOT), "");
                        }
                    });
            if (baggage != null) {
                baggage = lanes.withoutColour(baggage);
                changes.put(BAGGAGE, baggage);
            }
        }
        if (colour != null) {
            lanes.carry(
                    colour,
                    baggage,
                    (name, value) -> changes.put(name.toLowerCase(Locale.ROOT), value));
        }
        return changes;
    }
}
