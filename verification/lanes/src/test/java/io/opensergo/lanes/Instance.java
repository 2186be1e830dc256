package io.opensergo.lanes;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance of a service.
 *
 * @param name what it answers with
 * @param labels where it is, as rules see it
 */
record Instance(String name, Map<String, String> labels) {

    /** The header, attachment or metadata in which each framework passes a colour on. */
    static final String COLOUR = "x-opensergo-traffic";

    /** Returns the two of a service: one of the baseline, and one of the lane {@code gray}. */
    static List<Instance> of(String service) {
        return List.of(
                new Instance(service, Map.of()),
                new Instance(service + "-gray", Map.of("lane", "gray")));
    }

    /** Returns for example {@code a-gray@gray > b-gray@gray}. */
    String answer(@Nullable String colour, String next) {
        return name + (colour == null ? "" : "@" + colour) + (next.isEmpty() ? "" : " > " + next);
    }
}
