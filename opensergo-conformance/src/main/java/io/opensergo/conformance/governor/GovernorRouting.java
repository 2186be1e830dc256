package io.opensergo.conformance.governor;

import io.opensergo.conformance.Routing;
import io.opensergo.conformance.cases.Application;
import io.opensergo.conformance.cases.Colour;
import io.opensergo.conformance.cases.HttpResponse;
import io.opensergo.conformance.cases.RouteRequest;
import io.opensergo.conformance.cases.RouteTarget;
import io.opensergo.governance.Governor;
import io.opensergo.governance.action.DirectResponse;
import io.opensergo.governance.routing.InstanceGroup;
import io.opensergo.governance.routing.Lanes;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.Selection;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.governance.routing.WorkloadIdentity;
import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.HttpRedirect;
import io.opensergo.rules.traffic.HttpRoute;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Routes with a governor, as a framework would: decision, instances, and those of the colour. */
final class GovernorRouting {

    private final Governor governor;
    private final Application application;

    GovernorRouting(Governor governor, Application application) {
        this.governor = governor;
        this.application = application;
    }

    static WorkloadIdentity workload(Application application) {
        return new WorkloadIdentity(
                application.labels(), application.namespace(), application.gateways());
    }

    Routing route(RouteRequest request) {
        RequestView view = view(request);
        Lanes lanes = governor.lanes();
        TrafficColour colour = lanes.colour(view);
        RouteDecision decision = governor.route(view);
        Colour shown = colour == null ? null : new Colour(colour.name(), colour.key());
        Map<String, String> actions = GovernorActions.of(decision, request);
        Destination destination = decision.destination();
        if (destination == null) {
            return new Routing(withoutDestination(decision), List.of(), shown, actions);
        }
        if (application.services().isEmpty()) {
            return new Routing(target(destination), List.of(), shown, actions);
        }
        Selection<Map<String, String>> selection =
                decision.selectFrom(
                        host -> application.services().getOrDefault(host, List.of()),
                        Function.identity());
        RouteTarget target = target(selection, destination);
        return new Routing(
                target,
                lanes.prefer(colour, selection.instances(), Function.identity()),
                shown,
                actions);
    }

    private static RequestView view(RouteRequest request) {
        RequestView.Builder view =
                RequestView.builder()
                        .host(request.host())
                        .method(request.method())
                        .path(request.path())
                        .scheme(request.scheme())
                        .authority(request.authority())
                        .port(request.port());
        request.headers().forEach(view::header);
        request.query().forEach(view::query);
        return view.build();
    }

    private static RouteTarget target(Destination destination) {
        Integer port = destination.port() == null ? null : destination.port().number();
        return new RouteTarget.Destination(destination.host(), destination.subset(), port);
    }

    private static RouteTarget target(Selection<?> selection, Destination wanted) {
        return switch (selection.outcome()) {
            case SELECTED -> target(wanted);
            case FALLBACK -> {
                InstanceGroup group = Objects.requireNonNull(selection.group());
                yield new RouteTarget.Destination(group.host(), group.subset(), null);
            }
            case EMPTY -> new RouteTarget.NoInstance();
            case UNROUTED -> new RouteTarget.Unrouted();
        };
    }

    private static RouteTarget withoutDestination(RouteDecision decision) {
        HttpRoute route = decision.route();
        RouteActions actions = decision.actions();
        if (route != null && route.redirect() != null && actions.redirect() != null) {
            return redirect(route.redirect(), actions.redirect().status());
        }
        return actions.directResponse() == null
                ? new RouteTarget.Unrouted()
                : answer(actions.directResponse());
    }

    private static RouteTarget redirect(HttpRedirect redirect, int status) {
        return new RouteTarget.Redirect(
                redirect.uri(),
                redirect.authority(),
                redirect.scheme(),
                redirect.port(),
                redirect.derivePort() == null ? null : redirect.derivePort().name(),
                status);
    }

    private static RouteTarget answer(DirectResponse response) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        return new RouteTarget.Answer(
                new HttpResponse(response.status(), body.isEmpty() ? null : body, Map.of()));
    }
}
