package io.opensergo.vertx;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.TrafficColour;
import io.vertx.core.Future;
import io.vertx.core.http.RequestOptions;
import java.net.NoRouteToHostException;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chooses the instance a request goes to: by the route, then the lane, then in turn. */
final class OutboundRoutes {

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
     * Returns the request with the address it goes to; as it is, if neither a rule nor the resolver
     * says.
     */
    Future<RequestOptions> addressed(RequestOptions request, @Nullable TrafficColour colour) {
        RouteDecision decision = governor.route(new OutboundView(request));
        InstanceGroup group = decision.group();
        if (group != null) {
            return then(
                    instances(group.host()),
                    instances -> routed(request, decision, group, instances, colour));
        }
        String host = request.getHost();
        return host == null
                ? Future.succeededFuture(request)
                : then(instances(host), instances -> unrouted(request, host, instances, colour));
    }

    private Future<RequestOptions> routed(
            RequestOptions request,
            RouteDecision decision,
            InstanceGroup group,
            List<ServiceInstance> instances,
            @Nullable TrafficColour colour) {
        Selection<ServiceInstance> selection = decision.select(instances, ServiceInstance::labels);
        InstanceGroup fallback = decision.fallback();
        if (selection.outcome() != Selection.Outcome.EMPTY
                || fallback == null
                || fallback.host().equals(group.host())) {
            return oneOf(request, selection, decision, colour);
        }
        return then(
                instances(fallback.host()),
                others ->
                        oneOf(
                                request,
                                decision.selectFrom(
                                        host -> host.equals(group.host()) ? instances : others,
                                        ServiceInstance::labels),
                                decision,
                                colour));
    }

    private Future<RequestOptions> oneOf(
            RequestOptions request,
            Selection<ServiceInstance> selection,
            RouteDecision decision,
            @Nullable TrafficColour colour) {
        InstanceGroup group = selection.group();
        if (group == null || selection.instances().isEmpty()) {
            return Future.failedFuture(new NoRouteToHostException("no instance of " + decision));
        }
        int hash = group.host().hashCode() * 31 + Objects.hashCode(group.subset());
        return to(request, next(selection.instances(), hash, colour));
    }

    private Future<RequestOptions> unrouted(
            RequestOptions request,
            String host,
            List<ServiceInstance> instances,
            @Nullable TrafficColour colour) {
        return instances.isEmpty()
                ? Future.succeededFuture(request)
                : to(request, next(instances, host.hashCode(), colour));
    }

    /** The options are the caller's, who may use them again. */
    private static Future<RequestOptions> to(RequestOptions request, ServiceInstance instance) {
        return Future.succeededFuture(new RequestOptions(request).setServer(instance.address()));
    }

    private ServiceInstance next(
            List<ServiceInstance> instances, int hash, @Nullable TrafficColour colour) {
        if (colour == null) {
            return balancer.next(instances, hash);
        }
        List<ServiceInstance> preferred =
                governor.lanes().prefer(colour, instances, ServiceInstance::labels);
        return balancer.next(preferred, hash * 31 + colour.name().hashCode());
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
    private static Future<RequestOptions> then(
            Future<List<ServiceInstance>> found,
            Function<List<ServiceInstance>, Future<RequestOptions>> next) {
        return found.succeeded() ? next.apply(found.result()) : found.compose(next);
    }
}
