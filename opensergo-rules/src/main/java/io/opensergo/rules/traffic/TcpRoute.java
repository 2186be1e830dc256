package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;
import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Where the TCP connections go that a condition selects.
 *
 * @param match conditions of which one must hold; empty means every connection
 * @param route destinations among which the connections are shared
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record TcpRoute(
        @JsonPropertyDescription("Conditions of which one must hold.") List<TcpMatch> match,
        @JsonPropertyDescription("Destinations among which the connections are shared.")
                List<ConnectionDestination> route) {

    public TcpRoute {
        match = match == null ? List.of() : List.copyOf(match);
        route = route == null ? List.of() : List.copyOf(route);
    }

    /** Starts a builder; every field may be left out. */
    public static TcpRouteBuilder builder() {
        return TcpRouteBuilder.builder();
    }

    /** Starts a builder from these values. */
    public TcpRouteBuilder toBuilder() {
        return TcpRouteBuilder.from(this);
    }

    /**
     * A condition on TCP connections: it holds if each of its fields does.
     *
     * @param destinationSubnets subnets of the destination
     * @param port the port of the destination, 1 to 65535
     * @param sourceLabels labels of the calling workload
     * @param sourceNamespace the namespace of the calling workload
     * @param sourceSubnet the subnet of the caller
     * @param gateways gateways the condition applies to
     */
    @Builder(
            style = CLASSIC,
            className = "TcpRouteTcpMatchBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record TcpMatch(
            @JsonPropertyDescription("Subnets of the destination.") List<String> destinationSubnets,
            @JsonPropertyDescription("The port of the destination.") @Limits(min = 1, max = 65535)
                    @Nullable Integer port,
            @JsonPropertyDescription("Labels of the calling workload.")
                    Map<String, String> sourceLabels,
            @JsonPropertyDescription("The namespace of the calling workload.")
                    @Nullable String sourceNamespace,
            @JsonPropertyDescription("The subnet of the caller.") @Nullable String sourceSubnet,
            @JsonPropertyDescription("Gateways the condition applies to.") List<String> gateways) {

        public TcpMatch {
            var violations = new Violations();
            if (port != null) {
                violations.range("port", port, 1, 65535);
            }
            violations.throwIfAny();
            destinationSubnets =
                    destinationSubnets == null ? List.of() : List.copyOf(destinationSubnets);
            sourceLabels = sourceLabels == null ? Map.of() : Map.copyOf(sourceLabels);
            gateways = gateways == null ? List.of() : List.copyOf(gateways);
        }

        /** Starts a builder; every field may be left out. */
        public static TcpRouteTcpMatchBuilder builder() {
            return TcpRouteTcpMatchBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TcpRouteTcpMatchBuilder toBuilder() {
            return TcpRouteTcpMatchBuilder.from(this);
        }
    }

    /**
     * One of the destinations among which connections are shared.
     *
     * @param destination where connections go
     * @param weight its share, relative to the other weights, 0 or more; {@code null} if not given
     */
    @Builder(
            style = STAGED,
            className = "TcpRouteConnectionDestinationBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record ConnectionDestination(
            @JsonPropertyDescription("Where connections go.") Destination destination,
            @JsonPropertyDescription("The share of connections, relative to the other weights.")
                    @Limits(min = 0, max = Integer.MAX_VALUE)
                    @Nullable Integer weight) {

        public ConnectionDestination {
            var violations = new Violations();
            violations.required("destination", destination);
            if (weight != null) {
                violations.range("weight", weight, 0, Integer.MAX_VALUE);
            }
            violations.throwIfAny();
        }

        /** Starts a builder; the required fields come first, the others may be left out. */
        public static TcpRouteConnectionDestinationBuilders.Destination builder() {
            return TcpRouteConnectionDestinationBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TcpRouteConnectionDestinationBuilder toBuilder() {
            return TcpRouteConnectionDestinationBuilder.from(this);
        }
    }
}
