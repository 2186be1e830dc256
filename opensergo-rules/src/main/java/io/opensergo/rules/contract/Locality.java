package io.opensergo.rules.contract;

import java.util.Objects;

/**
 * Where an instance runs; an empty text is not known.
 *
 * @param region the region, such as {@code eu-1}
 * @param zone the zone in it, such as {@code eu-1b}
 */
public record Locality(String region, String zone) {

    /** Checks that both are there. */
    public Locality {
        Objects.requireNonNull(region, "region");
        Objects.requireNonNull(zone, "zone");
    }
}
