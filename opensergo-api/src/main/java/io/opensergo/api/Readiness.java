package io.opensergo.api;

import java.util.Map;

/**
 * What is known when a client is ready.
 *
 * @param origins where the rules of each key come from
 */
public record Readiness(Map<RuleKey, Origin> origins) {

    public Readiness {
        origins = Map.copyOf(origins);
    }
}
