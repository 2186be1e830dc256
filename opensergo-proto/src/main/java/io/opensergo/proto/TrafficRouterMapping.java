package io.opensergo.proto;

import io.opensergo.proto.internal.envoy.config.route.v3.Route;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.envoy.config.route.v3.VirtualHost;
import io.opensergo.rules.InvalidRuleException;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Violations;
import io.opensergo.rules.traffic.HttpRoute;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * {@link TrafficRouter} on the wire: a route configuration with one virtual host, in which each
 * alternative of an entry's condition is a route of its own.
 */
final class TrafficRouterMapping extends MessageMapping<TrafficRouter, RouteConfiguration> {

    TrafficRouterMapping() {
        super(TrafficRouter.KIND, RouteConfiguration.getDescriptor(), RouteConfiguration.parser());
    }

    @Override
    RouteConfiguration toMessage(TrafficRouter router) {
        var hosts = new ServiceHosts(router.metadata().namespace());
        var virtualHost = VirtualHost.newBuilder().setName(router.name());
        for (String host : router.hosts()) {
            virtualHost.addDomains(hosts.qualify(host));
        }
        for (HttpRoute entry : router.http()) {
            virtualHost.addAllRoutes(HttpRoutes.encode(entry, hosts));
        }
        return RouteConfiguration.newBuilder()
                .setName(router.name())
                .addVirtualHosts(virtualHost)
                .build();
    }

    @Override
    String nameIn(RouteConfiguration message) {
        return message.getName().isEmpty() && message.getVirtualHostsCount() > 0
                ? message.getVirtualHosts(0).getName()
                : message.getName();
    }

    /** Several virtual hosts have routes of their own each, which one router cannot express. */
    @Override
    TrafficRouter toRule(RouteConfiguration message, Metadata metadata, Consumer<String> warnings) {
        if (message.getVirtualHostsCount() > 1) {
            throw MessageFaults.invalid(
                    "virtual_hosts", "must be one at most", message.getVirtualHostsCount() + "");
        }
        var scope = new RouterScope(new ServiceHosts(metadata.namespace()), warnings);
        VirtualHost virtualHost =
                message.getVirtualHostsCount() == 0
                        ? VirtualHost.getDefaultInstance()
                        : message.getVirtualHosts(0);
        List<String> hosts = new ArrayList<>(virtualHost.getDomainsCount());
        for (String domain : virtualHost.getDomainsList()) {
            hosts.add(scope.hosts().shorten(domain));
        }
        return TrafficRouter.ofHttp(metadata, hosts, http(virtualHost.getRoutesList(), scope));
    }

    private static List<HttpRoute> http(List<Route> routes, RouterScope scope) {
        var faults = new Violations();
        List<HttpRoute> entries = new ArrayList<>(routes.size());
        for (int i = 0; i < routes.size(); i++) {
            scope.enter(i);
            try {
                entries.add(HttpRoutes.decode(routes.get(i), scope));
            } catch (InvalidRuleException e) {
                MessageFaults.addUnder("virtual_hosts[0].routes[" + i + "]", e, faults);
            }
        }
        faults.throwIfAny();
        return HttpRoutes.fold(routes, entries);
    }
}
