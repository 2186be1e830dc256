package io.opensergo.spring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.CallRoutes;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.Outcomes;
import io.opensergo.spring.internal.OutgoingRoute;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientRequestObservationContext;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.util.context.ContextView;

/** Guards, colours and routes the calls of a {@code WebClient}, each subscription by itself. */
final class CallFilter implements ExchangeFilterFunction {

    private static final String TEMPLATE = WebClient.class.getName() + ".uriTemplate";

    private final CallGuards guards;
    private final CallRoutes routes;

    CallFilter(CallGuards guards, CallRoutes routes) {
        this.guards = guards;
        this.routes = routes;
    }

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.deferContextual(context -> call(request, next, context));
    }

    private Mono<ClientResponse> call(
            ClientRequest request, ExchangeFunction next, ContextView context) {
        String template = (String) request.attribute(TEMPLATE).orElse(null);
        Guard guard = guards.guard(request.method().name(), request.url(), template);
        if (guard == null) {
            return next.exchange(request);
        }
        TrafficColour ofContext = TrafficColour.from(context);
        TrafficColour ofRequest = ofContext == null ? TrafficColours.current() : ofContext;
        Map<String, String> added = new HashMap<>(4); // most have none, and are not copied
        TrafficColour colour =
                guards.carry(
                        ofRequest,
                        request.method().name(),
                        request.url(),
                        request.headers(),
                        added::put);
        ClientRequest coloured = with(added, request);
        ExchangeFunction routed = sent -> send(sent, next, context, colour);
        if (!guard.isProtected()) {
            return routed.exchange(coloured);
        }
        Permit permit = guard.acquirePermit();
        tell(context, permit);
        if (permit.isRefused()) {
            return refused(permit);
        }
        return permit.isWaiting()
                ? inTurn(permit, coloured, routed, context)
                : exchange(permit, coloured, routed);
    }

    /** The route is decided here, and the load balancer told of it. */
    private Mono<ClientResponse> send(
            ClientRequest request,
            ExchangeFunction next,
            ContextView context,
            @Nullable TrafficColour colour) {
        URI uri = request.url();
        RouteDecision decision = routes.decide(request.method().name(), uri, request.headers());
        if (!decision.isFound() && !context.hasKey(OutgoingRoute.class)) {
            return next.exchange(request);
        }
        OutgoingRoute route = OutgoingRoute.of(String.valueOf(uri.getHost()), decision, colour);
        return decision.actions().isEmpty()
                ? next.exchange(request)
                        .contextWrite(inner -> inner.put(OutgoingRoute.class, route))
                : new RoutedExchange(route, routes.mirrors(), request, next, context).call();
    }

    private static void tell(ContextView context, Permit permit) {
        if (context.getOrDefault(ObservationThreadLocalAccessor.KEY, null)
                        instanceof Observation current
                && current.getContext() instanceof ClientRequestObservationContext observed) {
            ObservedDecision.of(permit).leaveAt(observed);
        }
    }

    private static ClientRequest with(Map<String, String> added, ClientRequest request) {
        return added.isEmpty()
                ? request
                : ClientRequest.from(request)
                        .headers(headers -> added.forEach(headers::set))
                        .build();
    }

    private static Mono<ClientResponse> inTurn(
            Permit permit, ClientRequest request, ExchangeFunction next, ContextView context) {
        return Mono.delay(Duration.ofNanos(permit.waitNanos()))
                .doOnCancel(() -> endIfWaiting(permit))
                .flatMap(
                        turn -> {
                            if (permit.proceed()) {
                                return exchange(permit, request, next);
                            }
                            tell(context, permit);
                            // cancelled while its turn came, if it is not refused: nobody listens
                            return permit.isRefused() ? refused(permit) : Mono.never();
                        });
    }

    private static Mono<ClientResponse> refused(Permit permit) {
        return Mono.error(new RequestRejectedException(permit.rejection()));
    }

    /** A cancel may come to the timer when its turn has come already. */
    private static void endIfWaiting(Permit permit) {
        if (permit.isWaiting()) {
            permit.release(Outcome.CANCELLED);
        }
    }

    /**
     * From the response on only its body ends the call: operators such as {@code next()} cancel
     * what has given them the response.
     */
    private static Mono<ClientResponse> exchange(
            Permit permit, ClientRequest request, ExchangeFunction next) {
        var isAnswered = new AtomicBoolean();
        return Mono.defer(() -> next.exchange(request))
                .map(
                        response -> {
                            ClientResponse followed = followed(response, permit);
                            isAnswered.set(true);
                            return followed;
                        })
                .doOnError(error -> permit.release(Outcome.of(error)))
                .doFinally(
                        signal -> {
                            if (!isAnswered.get()) {
                                permit.release(Outcome.CANCELLED);
                            }
                        });
    }

    private static ClientResponse followed(ClientResponse response, Permit permit) {
        Outcome outcome = Outcomes.ofStatus(response.statusCode().value());
        return response.mutate()
                .body(
                        body ->
                                body.doOnError(error -> permit.release(Outcome.of(error)))
                                        .doFinally(signal -> end(signal, permit, outcome)))
                .build();
    }

    private static void end(SignalType signal, Permit permit, Outcome outcome) {
        permit.release(
                signal == SignalType.CANCEL && !outcome.isFailure() ? Outcome.CANCELLED : outcome);
    }
}
