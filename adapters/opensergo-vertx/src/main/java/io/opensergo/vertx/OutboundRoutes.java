package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Future;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.NoRouteToHostException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chooses the instance a request goes to: by the route, then the lane, then in turn. */
final class OutboundRoutes {

    private static final Future<@Nullable SocketAddress> AS_IT_SAYS = Future.succeededFuture();

    private final Governor governor;
    private final InstanceResolver resolver;
    private final Balancer balancer = new Balancer();

    OutboundRoutes(Governor governor, InstanceResolver resolver) {
        this.governor = governor;
        this.resolver = Objects.requireNonNull(resolver, "resolver");
    }

    /** Returns whether no service is known, so that no route can be followed. */
    boolean isEmpty() {
        return resolver == InstanceResolver.none();
    }

    /**
     * Returns the address a request goes to; {@code null}, if neither a rule nor the resolver says,
     * or if the request names no host: that of the client's own settings is a secret of the client.
     * Reads the request now and not later.
     */
    Future<@Nullable SocketAddress> address(
            RequestOptions request, RouteDecision decision, @Nullable TrafficColour colour) {
        String host = request.getHost();
        if (host == null || isEmpty()) {
            return AS_IT_SAYS;
        }
        InstanceGroup group = decision.group();
        if (group != null) {
            return then(
                    instances(group.host()),
                    instances -> routed(decision, group, instances, colour));
        }
        return then(instances(host), instances -> unrouted(host, instances, colour));
    }

    private Future<@Nullable SocketAddress> routed(
            RouteDecision decision,
            InstanceGroup group,
            List<ServiceInstance> instances,
            @Nullable TrafficColour colour) {
        Selection<ServiceInstance> selection =
                decision.select(at(decision.actions().port(), instances), ServiceInstance::labels);
        InstanceGroup fallback = decision.fallback();
        if (selection.outcome() != Selection.Outcome.EMPTY
                || fallback == null
                || fallback.host().equals(group.host())) {
            return oneOf(selection, decision, colour);
        }
        return then(
                instances(fallback.host()),
                others ->
                        oneOf(
                                decision.selectFrom(
                                        host -> host.equals(group.host()) ? instances : others,
                                        ServiceInstance::labels),
                                decision,
                                colour));
    }

    /** Returns those that listen at a port; all, if the rule names none. */
    private static List<ServiceInstance> at(int port, List<ServiceInstance> instances) {
        return port == 0
                ? instances
                : instances.stream().filter(each -> each.address().port() == port).toList();
    }

    /**
     * Returns a copy of a request for an instance that gets copies; where the resolver knows none,
     * for the host that the rule names.
     */
    Future<RequestOptions> mirror(Mirror mirror, RequestOptions request) {
        InstanceGroup group = mirror.group();
        Future<List<ServiceInstance>> found =
                isEmpty() ? Future.succeededFuture(List.of()) : instances(group.host());
        return found.compose(instances -> copy(mirror, request, instances));
    }

    private Future<RequestOptions> copy(
            Mirror mirror, RequestOptions request, List<ServiceInstance> instances) {
        InstanceGroup group = mirror.group();
        var copy = new RequestOptions(request);
        if (instances.isEmpty()) {
            copy.setHost(group.host()).setServer(null);
            return Future.succeededFuture(mirror.port() == 0 ? copy : copy.setPort(mirror.port()));
        }
        List<ServiceInstance> members =
                at(mirror.port(), instances).stream()
                        .filter(each -> group.contains(each.labels()))
                        .toList();
        return members.isEmpty()
                ? Future.failedFuture(new NoRouteToHostException("no instance of " + mirror))
                : Future.succeededFuture(
                        copy.setServer(
                                balancer.next(members, mirror.toString().hashCode()).address()));
    }

    private Future<@Nullable SocketAddress> oneOf(
            Selection<ServiceInstance> selection,
            RouteDecision decision,
            @Nullable TrafficColour colour) {
        InstanceGroup group = selection.group();
        if (group == null || selection.instances().isEmpty()) {
            int port = decision.actions().port();
            String where = port == 0 ? "" : " at port " + port;
            return Future.failedFuture(
                    new NoRouteToHostException("no instance of " + decision + where));
        }
        int hash = group.host().hashCode() * 31 + Objects.hashCode(group.subset());
        return Future.succeededFuture(next(selection.instances(), hash, colour).address());
    }

    private Future<@Nullable SocketAddress> unrouted(
            String host, List<ServiceInstance> instances, @Nullable TrafficColour colour) {
        return instances.isEmpty()
                ? AS_IT_SAYS
                : Future.succeededFuture(next(instances, host.hashCode(), colour).address());
    }

    private ServiceInstance next(
            List<ServiceInstance> instances, int hash, @Nullable TrafficColour colour) {
        List<ServiceInstance> preferred =
                governor.lanes().prefer(colour, instances, ServiceInstance::labels);
        return balancer.next(
                preferred, colour == null ? hash : hash * 31 + colour.name().hashCode());
    }

    /** A resolver is the application's: what it throws fails the request, as what it reports. */
    private Future<List<ServiceInstance>> instances(String service) {
        try {
            return resolver.resolve(service);
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    /** Goes on at once if the instances are known. */
    private static Future<@Nullable SocketAddress> then(
            Future<List<ServiceInstance>> found,
            Function<List<ServiceInstance>, Future<@Nullable SocketAddress>> next) {
        return found.succeeded() ? next.apply(found.result()) : found.compose(next);
    }
}
