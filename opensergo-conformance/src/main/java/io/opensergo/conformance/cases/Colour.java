package io.opensergo.conformance.cases;

import org.jspecify.annotations.Nullable;

/**
 * The colour of a request, which keeps it in its lane.
 *
 * @param name the name of the lane
 * @param key the name of the header or baggage member that carries it; {@code null} in an
 *     expectation that leaves it open
 */
public record Colour(String name, @Nullable String key) {}
