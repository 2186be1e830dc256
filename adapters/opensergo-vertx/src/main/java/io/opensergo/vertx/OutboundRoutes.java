package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.LoadBalancing;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.Spreading;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.NoRouteToHostException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the instance a request goes to: by the route, the lane, and the policy of its service.
 */
final class OutboundRoutes {

    private static final Future<@Nullable SocketAddress> AS_IT_SAYS = Future.succeededFuture();

    private final Governor governor;
    private final InstanceResolver resolver;

    /** Counts requests without a response yet. */
    private final Spreading<SocketAddress> spreading = new Spreading<>();

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
        LoadBalancing how = balancing(request, decision);
        String header = how == null ? null : how.header();
        String key = header == null ? null : new OutboundView(request).header(header);
        var wish = new Wish(colour, how, key);
        InstanceGroup group = decision.group();
        if (group != null) {
            return then(
                    instances(group.host()), instances -> routed(decision, group, instances, wish));
        }
        return then(instances(host), instances -> unrouted(host, instances, wish));
    }

    /**
     * What an instance is chosen by, besides the route.
     *
     * @param how the policy of the service, or {@code null}
     * @param key what it hashes, or {@code null}
     */
    private record Wish(
            @Nullable TrafficColour colour, @Nullable LoadBalancing how, @Nullable String key) {}

    /** Counts a request to an instance until its response begins, if its service asks for it. */
    Future<HttpClientRequest> follow(
            RequestOptions request,
            RouteDecision decision,
            @Nullable SocketAddress address,
            Future<HttpClientRequest> made) {
        LoadBalancing how = address == null ? null : balancing(request, decision);
        if (address == null || how == null || how.policy() != LoadBalancing.Policy.LEAST_REQUESTS) {
            return made;
        }
        spreading.begin(address);
        made.onComplete(
                begun -> begun.response().onComplete(responded -> spreading.end(address)),
                failed -> spreading.end(address));
        return made;
    }

    private @Nullable LoadBalancing balancing(RequestOptions request, RouteDecision decision) {
        InstanceGroup group = decision.group();
        return group == null ? governor.balancing(request.getHost()) : group.balancing();
    }

    private Future<@Nullable SocketAddress> routed(
            RouteDecision decision,
            InstanceGroup group,
            List<ServiceInstance> instances,
            Wish wish) {
        Selection<ServiceInstance> selection =
                decision.select(at(decision.actions().port(), instances), ServiceInstance::labels);
        InstanceGroup fallback = decision.fallback();
        if (selection.outcome() != Selection.Outcome.EMPTY
                || fallback == null
                || fallback.host().equals(group.host())) {
            return oneOf(selection, decision, wish);
        }
        return then(
                instances(fallback.host()),
                others ->
                        oneOf(
                                decision.selectFrom(
                                        host -> host.equals(group.host()) ? instances : others,
                                        ServiceInstance::labels),
                                decision,
                                wish));
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
        InstanceGroup fallback = mirror.decision().fallback();
        if (isEmpty()) {
            return Future.succeededFuture(toHost(mirror, request));
        }
        return instances(group.host())
                .compose(
                        instances ->
                                fallback == null || fallback.host().equals(group.host())
                                        ? copy(mirror, request, instances, instances)
                                        : instances(fallback.host())
                                                .compose(
                                                        others ->
                                                                copy(
                                                                        mirror, request, instances,
                                                                        others)));
    }

    private Future<RequestOptions> copy(
            Mirror mirror,
            RequestOptions request,
            List<ServiceInstance> instances,
            List<ServiceInstance> ofFallback) {
        if (instances.isEmpty() && ofFallback.isEmpty()) {
            return Future.succeededFuture(toHost(mirror, request));
        }
        InstanceGroup group = mirror.group();
        List<ServiceInstance> members =
                mirror.decision()
                        .selectFrom(
                                host ->
                                        at(
                                                mirror.port(),
                                                host.equals(group.host()) ? instances : ofFallback),
                                ServiceInstance::labels)
                        .instances();
        if (members.isEmpty()) {
            return Future.failedFuture(new NoRouteToHostException("no instance of " + mirror));
        }
        int hash = mirror.toString().hashCode();
        ServiceInstance chosen =
                spreading.next(members, ServiceInstance::address, hash, group.balancing(), null);
        return Future.succeededFuture(new RequestOptions(request).setServer(chosen.address()));
    }

    private static RequestOptions toHost(Mirror mirror, RequestOptions request) {
        var copy = new RequestOptions(request).setHost(mirror.group().host()).setServer(null);
        return mirror.port() == 0 ? copy : copy.setPort(mirror.port());
    }

    private Future<@Nullable SocketAddress> oneOf(
            Selection<ServiceInstance> selection, RouteDecision decision, Wish wish) {
        InstanceGroup group = selection.group();
        if (group == null || selection.instances().isEmpty()) {
            int port = decision.actions().port();
            String where = port == 0 ? "" : " at port " + port;
            return Future.failedFuture(
                    new NoRouteToHostException("no instance of " + decision + where));
        }
        int hash = group.host().hashCode() * 31 + Objects.hashCode(group.subset());
        return Future.succeededFuture(next(selection.instances(), hash, wish).address());
    }

    private Future<@Nullable SocketAddress> unrouted(
            String host, List<ServiceInstance> instances, Wish wish) {
        return instances.isEmpty()
                ? AS_IT_SAYS
                : Future.succeededFuture(next(instances, host.hashCode(), wish).address());
    }

    private ServiceInstance next(List<ServiceInstance> instances, int hash, Wish wish) {
        TrafficColour colour = wish.colour();
        List<ServiceInstance> preferred =
                governor.lanes().prefer(colour, instances, ServiceInstance::labels);
        return spreading.next(
                preferred,
                ServiceInstance::address,
                colour == null ? hash : hash * 31 + colour.name().hashCode(),
                wish.how(),
                wish.key());
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
