package io.opensergo.rules.traffic;

import static org.jilt.BuilderStyle.STAGED;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.Violations;
import java.util.List;
import org.jilt.Builder;
import org.jilt.Opt;

/**
 * Routes requests to subsets of services.
 *
 * @param metadata what identifies and binds the rule
 * @param hosts the services whose traffic is routed
 * @param gateways gateways the rule applies to
 * @param exportTo namespaces the rule is visible in
 * @param http routes of HTTP requests; the first that matches wins
 * @param tcp routes of TCP connections; the first that matches wins
 * @param tls routes of TLS connections; the first that matches wins
 */
@Builder(style = STAGED, factoryMethod = "builder", toBuilder = "from")
public record TrafficRouter(
        Metadata metadata,
        @JsonPropertyDescription("The services whose traffic is routed.")
                @Limits(notEmpty = true)
                @Opt
                List<String> hosts,
        @JsonPropertyDescription("Gateways the rule applies to.") @Opt List<String> gateways,
        @JsonPropertyDescription("Namespaces the rule is visible in.") @Opt List<String> exportTo,
        @JsonPropertyDescription("Routes of HTTP requests; the first that matches wins.") @Opt
                List<HttpRoute> http,
        @JsonPropertyDescription("Routes of TCP connections; the first that matches wins.") @Opt
                List<TcpRoute> tcp,
        @JsonPropertyDescription("Routes of TLS connections; the first that matches wins.") @Opt
                List<TlsRoute> tls)
        implements Rule {

    /** The {@code apiVersion} of every traffic kind. */
    public static final String API_VERSION = "traffic.opensergo.io/v1alpha1";

    /** The key of this kind. */
    public static final RuleKind<TrafficRouter> KIND =
            RuleKind.of(API_VERSION, "TrafficRouter", TrafficRouter.class);

    public TrafficRouter {
        var violations = new Violations();
        violations.required("metadata", metadata);
        hosts = hosts == null ? List.of() : List.copyOf(hosts);
        for (int i = 0; i < hosts.size(); i++) {
            violations.text("hosts[" + i + "]", hosts.get(i));
        }
        violations.throwIfAny();
        gateways = gateways == null ? List.of() : List.copyOf(gateways);
        exportTo = exportTo == null ? List.of() : List.copyOf(exportTo);
        http = http == null ? List.of() : List.copyOf(http);
        tcp = tcp == null ? List.of() : List.copyOf(tcp);
        tls = tls == null ? List.of() : List.copyOf(tls);
    }

    /** Starts a builder; the required fields come first, the others may be left out. */
    public static TrafficRouterBuilders.Optionals builder(Metadata metadata) {
        return TrafficRouterBuilder.builder().metadata(metadata);
    }

    /** Starts a builder from these values. */
    public TrafficRouterBuilder toBuilder() {
        return TrafficRouterBuilder.from(this);
    }

    /** Returns a router of HTTP requests only. */
    public static TrafficRouter ofHttp(
            Metadata metadata, List<String> hosts, List<HttpRoute> http) {
        return builder(metadata).hosts(hosts).http(http).build();
    }

    @Override
    public RuleKind<TrafficRouter> kind() {
        return KIND;
    }
}
