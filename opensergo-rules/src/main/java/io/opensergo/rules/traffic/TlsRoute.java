package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.CLASSIC;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Violations;
import io.opensergo.rules.traffic.TcpRoute.ConnectionDestination;
import java.util.List;
import java.util.Map;
import org.jilt.Builder;
import org.jspecify.annotations.Nullable;

/**
 * Where the TLS connections go that a condition selects.
 *
 * @param match conditions of which one must hold; empty means every connection
 * @param route destinations among which the connections are shared
 */
@Builder(style = CLASSIC, factoryMethod = "builder", toBuilder = "from")
public record TlsRoute(
        @JsonPropertyDescription("Conditions of which one must hold.") List<TlsMatch> match,
        @JsonPropertyDescription("Destinations among which the connections are shared.")
                List<ConnectionDestination> route) {

    public TlsRoute {
        match = match == null ? List.of() : List.copyOf(match);
        route = route == null ? List.of() : List.copyOf(route);
    }

    /** Starts a builder; every field may be left out. */
    public static TlsRouteBuilder builder() {
        return TlsRouteBuilder.builder();
    }

    /** Starts a builder from these values. */
    public TlsRouteBuilder toBuilder() {
        return TlsRouteBuilder.from(this);
    }

    /**
     * A condition on TLS connections: it holds if each of its fields does.
     *
     * @param sniHosts server names that the client asks for
     * @param destinationSubnets subnets of the destination
     * @param port the port of the destination, 1 to 65535
     * @param sourceLabels labels of the calling workload
     * @param sourceNamespace the namespace of the calling workload
     * @param gateways gateways the condition applies to
     */
    @Builder(
            style = CLASSIC,
            className = "TlsRouteTlsMatchBuilder",
            factoryMethod = "builder",
            toBuilder = "from")
    public record TlsMatch(
            @JsonPropertyDescription("Server names that the client asks for.")
                    List<String> sniHosts,
            @JsonPropertyDescription("Subnets of the destination.") List<String> destinationSubnets,
            @JsonPropertyDescription("The port of the destination.") @Limits(min = 1, max = 65535)
                    @Nullable Integer port,
            @JsonPropertyDescription("Labels of the calling workload.")
                    Map<String, String> sourceLabels,
            @JsonPropertyDescription("The namespace of the calling workload.")
                    @Nullable String sourceNamespace,
            @JsonPropertyDescription("Gateways the condition applies to.") List<String> gateways) {

        public TlsMatch {
            var violations = new Violations();
            if (port != null) {
                violations.range("port", port, 1, 65535);
            }
            violations.throwIfAny();
            sniHosts = sniHosts == null ? List.of() : List.copyOf(sniHosts);
            destinationSubnets =
                    destinationSubnets == null ? List.of() : List.copyOf(destinationSubnets);
            sourceLabels = sourceLabels == null ? Map.of() : Map.copyOf(sourceLabels);
            gateways = gateways == null ? List.of() : List.copyOf(gateways);
        }

        /** Starts a builder; every field may be left out. */
        public static TlsRouteTlsMatchBuilder builder() {
            return TlsRouteTlsMatchBuilder.builder();
        }

        /** Starts a builder from these values. */
        public TlsRouteTlsMatchBuilder toBuilder() {
            return TlsRouteTlsMatchBuilder.from(this);
        }
    }
}
