package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go: a host, and of it a subset of instances.
 *
 * @param host the service
 * @param subset the name of a subset of its instances, or {@code null} for all of them
 * @param port the port, or {@code null} for the only one
 * @param fallback where requests go when the subset has no instance, or {@code null}
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record Destination(
        @JsonPropertyDescription("The service.") @Limits(maxLength = 1024) String host,
        @JsonPropertyDescription("A subset of the service's instances.") @Limits(notEmpty = true)
                @Nullable String subset,
        @JsonPropertyDescription("The port of the service.") @Nullable Port port,
        @JsonPropertyDescription("Where requests go when the subset has no instance.")
                @Nullable Fallback fallback) {

    public Destination {
        var violations = new Violations();
        violations.text("host", host, 1, 1024);
        if (subset != null) {
            violations.text("subset", subset);
        }
        violations.throwIfAny();
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static DestinationBuilders.Host builder() {
        return DestinationBuilder.builder();
    }

    /** Starts a builder from these values. */
    public DestinationBuilder toBuilder() {
        return DestinationBuilder.from(this);
    }

    /** Returns the whole of a service. */
    public static Destination of(String host) {
        return builder().host(host).build();
    }

    /** Returns a subset of a service. */
    public static Destination of(String host, String subset) {
        return builder().host(host).subset(subset).build();
    }

    /** Returns this destination with a fallback. */
    public Destination orElse(String fallbackHost, @Nullable String fallbackSubset) {
        return toBuilder()
                .fallback(Fallback.builder().host(fallbackHost).subset(fallbackSubset).build())
                .build();
    }

    /**
     * A port.
     *
     * @param number 1 to 65535
     */
    @Builder(
            style = STAGED,
            className = "DestinationPortBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Port(
            @JsonPropertyDescription("The number of the port.") @Limits(min = 1, max = 65535)
                    int number) {

        public Port {
            var violations = new Violations();
            violations.range("number", number, 1, 65535);
            violations.throwIfAny();
        }

        /** Starts a builder; every field is required. */
        public static DestinationPortBuilders.Number builder() {
            return DestinationPortBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DestinationPortBuilder toBuilder() {
            return DestinationPortBuilder.from(this);
        }
    }

    /**
     * Where requests go when a subset has no instance; one level only.
     *
     * @param host the service
     * @param subset the name of a subset of its instances, or {@code null} for all of them
     */
    @Builder(
            style = STAGED,
            className = "DestinationFallbackBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record Fallback(
            @JsonPropertyDescription("The service.") @Limits(maxLength = 1024) String host,
            @JsonPropertyDescription("A subset of the service's instances.")
                    @Limits(notEmpty = true)
                    @Nullable String subset) {

        public Fallback {
            var violations = new Violations();
            violations.text("host", host, 1, 1024);
            if (subset != null) {
                violations.text("subset", subset);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static DestinationFallbackBuilders.Host builder() {
            return DestinationFallbackBuilder.builder();
        }

        /** Starts a builder from these values. */
        public DestinationFallbackBuilder toBuilder() {
            return DestinationFallbackBuilder.from(this);
        }
    }
}
