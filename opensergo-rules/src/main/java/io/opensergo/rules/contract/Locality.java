package io.opensergo.rules.contract;

import static org.jilt.BuilderStyle.STAGED;

import java.util.Objects;
import org.jilt.Builder;

/**
 * Where an instance runs; an empty text is not known.
 *
 * @param region the region, such as {@code eu-1}
 * @param zone the zone in it, such as {@code eu-1b}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Locality(String region, String zone) {

    /** Checks that both are there. */
    public Locality {
        Objects.requireNonNull(region, "region");
        Objects.requireNonNull(zone, "zone");
    }

    /** Starts a builder; every field is required. */
    public static LocalityBuilders.Region builder() {
        return LocalityBuilder.builder();
    }

    /** Starts a builder from these values. */
    public LocalityBuilder toBuilder() {
        return LocalityBuilder.from(this);
    }
}
