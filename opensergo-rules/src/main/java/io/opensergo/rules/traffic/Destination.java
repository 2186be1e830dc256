package io.opensergo.rules.traffic;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import org.jspecify.annotations.Nullable;

/**
 * Where requests go: a host, and of it a subset of instances.
 *
 * @param host the service
 * @param subset the name of a subset of its instances, or {@code null} for all of them
 * @param port the port, or {@code null} for the only one
 * @param fallback where requests go when the subset has no instance, or {@code null}
 */
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

    /** Returns the whole of a service. */
    public static Destination of(String host) {
        return new Destination(host, null, null, null);
    }

    /** Returns a subset of a service. */
    public static Destination of(String host, String subset) {
        return new Destination(host, subset, null, null);
    }

    /** Returns this destination with a fallback. */
    public Destination orElse(String fallbackHost, @Nullable String fallbackSubset) {
        return new Destination(host, subset, port, new Fallback(fallbackHost, fallbackSubset));
    }

    /**
     * A port.
     *
     * @param number 1 to 65535
     */
    public record Port(
            @JsonPropertyDescription("The number of the port.") @Limits(min = 1, max = 65535)
                    int number) {

        public Port {
            var violations = new Violations();
            violations.range("number", number, 1, 65535);
            violations.throwIfAny();
        }
    }

    /**
     * Where requests go when a subset has no instance; one level only.
     *
     * @param host the service
     * @param subset the name of a subset of its instances, or {@code null} for all of them
     */
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
    }
}
