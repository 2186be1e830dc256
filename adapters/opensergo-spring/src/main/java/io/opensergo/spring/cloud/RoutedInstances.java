package io.opensergo.spring.cloud;

import io.opensergo.governance.Governor;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.TrafficColours;
import io.opensergo.spring.internal.OutgoingRoute;
import io.opensergo.spring.internal.RouteUris;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.loadbalancer.core.DelegatingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;
import reactor.util.context.ContextView;

/** Leaves the instances of a service to which a request may go. */
final class RoutedInstances extends DelegatingServiceInstanceListSupplier {

    private static final Logger LOG = LoggerFactory.getLogger(RoutedInstances.class);

    private final Supplier<Governor> governor;
    private final Function<String, @Nullable ServiceInstanceListSupplier> suppliers;

    RoutedInstances(
            ServiceInstanceListSupplier supplier,
            Supplier<Governor> governor,
            Function<String, @Nullable ServiceInstanceListSupplier> suppliers) {
        super(supplier);
        this.governor = governor;
        this.suppliers = suppliers;
    }

    @Override
    public Flux<List<ServiceInstance>> get() {
        return delegate.get();
    }

    /** A supplier may ask another one that is a bean too: the outermost decides for all. */
    @Override
    @SuppressWarnings("rawtypes") // as in the interface
    public Flux<List<ServiceInstance>> get(Request request) {
        OutgoingRoute ofThread = OutgoingRoute.current();
        return Flux.deferContextual(
                context ->
                        context.hasKey(RoutedInstances.class)
                                ? delegate.get(request)
                                : routed(request, ofThread, context)
                                        .contextWrite(
                                                inner -> inner.put(RoutedInstances.class, true)));
    }

    private Flux<List<ServiceInstance>> routed(
            Request<?> request, @Nullable OutgoingRoute ofThread, ContextView context) {
        String service = getServiceId();
        if (service == null) { // of no service, or of all
            return delegate.get(request);
        }
        Lanes lanes = governor.get().lanes();
        OutgoingRoute route = route(service, request, ofThread, context, lanes);
        RouteDecision decision = route.decision();
        InstanceGroup group = decision.group();
        Flux<List<ServiceInstance>> left =
                group == null
                        ? delegate.get(request)
                        : of(group.host(), request)
                                .concatMap(members -> select(route, group, members, request));
        return left.map(
                instances -> lanes.prefer(route.colour(), instances, RoutedInstances::labels));
    }

    /** A call that is governed has decided where it goes; what else asks is decided here. */
    private OutgoingRoute route(
            String service,
            Request<?> request,
            @Nullable OutgoingRoute ofThread,
            ContextView context,
            Lanes lanes) {
        OutgoingRoute ofContext = OutgoingRoute.from(context);
        OutgoingRoute known = ofContext == null ? ofThread : ofContext;
        if (known != null && known.isFor(service)) {
            return known;
        }
        var view = ServiceRequest.of(service, request);
        return OutgoingRoute.of(service, governor.get().route(view), colour(view, lanes, context));
    }

    /** The order of {@code CallGuards.carry}, so that a call goes where its headers say. */
    private static @Nullable TrafficColour colour(
            RequestView view, Lanes lanes, ContextView context) {
        TrafficColour ofContext = TrafficColour.from(context);
        TrafficColour ofRequest = ofContext == null ? TrafficColours.current() : ofContext;
        return ofRequest == null ? lanes.colour(view) : ofRequest;
    }

    private Flux<List<ServiceInstance>> select(
            OutgoingRoute route,
            InstanceGroup group,
            List<ServiceInstance> all,
            Request<?> request) {
        RouteDecision decision = route.decision();
        List<ServiceInstance> members = at(route.port(), all);
        Selection<ServiceInstance> selection = decision.select(members, RoutedInstances::labels);
        InstanceGroup fallback = decision.fallback();
        if (selection.outcome() != Selection.Outcome.EMPTY
                || fallback == null
                || fallback.host().equals(group.host())) {
            return Flux.just(told(selection, decision));
        }
        return of(fallback.host(), request)
                .next()
                .defaultIfEmpty(List.of())
                .map(
                        others ->
                                told(
                                        decision.selectFrom(
                                                host ->
                                                        host.equals(group.host())
                                                                ? members
                                                                : others,
                                                RoutedInstances::labels),
                                        decision))
                .flux();
    }

    /** Returns those that listen at a port; all, if the rule names none. */
    private static List<ServiceInstance> at(int port, List<ServiceInstance> instances) {
        return port == 0
                ? instances
                : instances.stream().filter(instance -> instance.getPort() == port).toList();
    }

    private static List<ServiceInstance> told(
            Selection<ServiceInstance> selection, RouteDecision decision) {
        if (selection.instances().isEmpty()) {
            LOG.debug("No instance of {}", decision);
        }
        return selection.instances();
    }

    private Flux<List<ServiceInstance>> of(String host, Request<?> request) {
        if (isThis(host)) {
            return delegate.get(request);
        }
        ServiceInstanceListSupplier other = suppliers.apply(host);
        return other == null ? Flux.just(List.of()) : other.get(request);
    }

    private boolean isThis(String host) {
        return RouteUris.isSame(host, getServiceId());
    }

    private static Map<String, String> labels(ServiceInstance instance) {
        Map<String, String> metadata = instance.getMetadata();
        return metadata == null ? Map.of() : metadata;
    }
}
