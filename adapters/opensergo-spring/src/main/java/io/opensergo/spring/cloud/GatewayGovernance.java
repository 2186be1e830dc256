package io.opensergo.spring.cloud;

import static org.springframework.cloud.gateway.support.ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.action.RouteAction;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.RejectionResponder;
import io.opensergo.spring.internal.HttpView;
import io.opensergo.spring.internal.InnerGuard;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.Outcomes;
import io.opensergo.spring.internal.ReactiveAnswers;
import io.opensergo.spring.internal.ServerGuards;
import java.time.Duration;
import java.util.EnumSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.util.context.ContextView;

/**
 * Guards the routes of Spring Cloud Gateway on WebFlux, each as the resource of its id, and has
 * requests go on with their colour. A bean of this type is all it takes.
 *
 * <p>It stands before the filters of a route. A route fails by exceptions and by statuses from 500,
 * and gives its place back when the response has been written or the caller has left. The pattern
 * of a route is guarded besides, by {@link io.opensergo.spring.WebFluxGovernance}.
 */
public final class GatewayGovernance implements GlobalFilter, Ordered {

    /** Behind the gateway's own filter that frees what was kept of the body. */
    private static final int ORDER = HIGHEST_PRECEDENCE + 100;

    private final Governor governor;
    private final ServerGuards guards;
    private final RejectionResponder responder;

    /**
     * Makes the filter of a governor.
     *
     * @param isExcluded which ids of routes are left alone
     */
    public GatewayGovernance(
            Governor governor, Predicate<String> isExcluded, RejectionResponder responder) {
        this.governor = governor;
        this.guards = new ServerGuards(governor, isExcluded);
        this.responder = responder;
        governor.honours("Spring Cloud Gateway", EnumSet.of(RouteAction.DESTINATION_PORT));
    }

    @Override
    public int getOrder() {
        return ORDER;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        return Mono.deferContextual(context -> guarded(exchange, chain, context));
    }

    private Mono<Void> guarded(
            ServerWebExchange exchange, GatewayFilterChain chain, ContextView context) {
        TrafficColour colour = colour(exchange.getRequest(), context);
        ServerWebExchange coloured = coloured(exchange, colour);
        Mono<Void> rest = Mono.defer(() -> chain.filter(coloured));
        Mono<Void> next = colour == null ? rest : rest.contextWrite(colour.toContext());
        Route route = exchange.getAttribute(GATEWAY_ROUTE_ATTR);
        if (route == null || guards.isExcluded(route.getId())) {
            return next;
        }
        Guard guard = guards.guard(route.getId());
        if (!guard.isProtected()) {
            return next;
        }
        Permit permit = guard.acquirePermit();
        ObservedDecision.tell(exchange, permit);
        if (permit.isRefused()) {
            return refuse(exchange, permit);
        }
        return permit.isWaiting()
                ? inTurn(permit, exchange, next)
                : followed(permit, exchange, next);
    }

    private @Nullable TrafficColour colour(ServerHttpRequest request, ContextView context) {
        TrafficColour received = TrafficColour.from(context);
        return received == null
                ? governor.lanes()
                        .receive(
                                new HttpView(
                                        request.getMethod().name(),
                                        request.getURI(),
                                        request.getHeaders()))
                : received;
    }

    /** A colour that the caller gave, and that does not count, goes no further. */
    private ServerWebExchange coloured(ServerWebExchange exchange, @Nullable TrafficColour colour) {
        var changes = new OutgoingColour(governor.lanes(), exchange.getRequest().getHeaders());
        var headers = changes.of(colour);
        if (headers.isEmpty()) {
            return exchange;
        }
        ServerHttpRequest.Builder request = exchange.getRequest().mutate();
        headers.forEach(
                (name, value) ->
                        request.header(
                                name, value.isEmpty() ? new String[0] : new String[] {value}));
        return exchange.mutate().request(request.build()).build();
    }

    private Mono<Void> inTurn(Permit permit, ServerWebExchange exchange, Mono<Void> next) {
        return Mono.delay(Duration.ofNanos(permit.waitNanos()))
                .doOnCancel(
                        () -> {
                            if (permit.isWaiting()) {
                                permit.release(Outcome.CANCELLED);
                            }
                        })
                .flatMap(
                        turn -> {
                            if (permit.proceed()) {
                                return followed(permit, exchange, next);
                            }
                            ObservedDecision.tell(exchange, permit);
                            // cancelled while its turn came, if it is not refused: nobody listens
                            return permit.isRefused() ? refuse(exchange, permit) : Mono.never();
                        });
    }

    private static Mono<Void> followed(Permit permit, ServerWebExchange exchange, Mono<Void> next) {
        return next.doOnError(error -> permit.release(Outcomes.ofError(error)))
                .doFinally(signal -> permit.release(outcome(signal, exchange)));
    }

    private static Outcome outcome(SignalType signal, ServerWebExchange exchange) {
        if (signal == SignalType.CANCEL || exchange.getAttribute(InnerGuard.ATTRIBUTE) != null) {
            return Outcome.CANCELLED;
        }
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        return status == null ? Outcome.SUCCESS : Outcomes.ofStatus(status.value());
    }

    private Mono<Void> refuse(ServerWebExchange exchange, Permit permit) {
        exchange.getAttributes().put(InnerGuard.ATTRIBUTE, InnerGuard.REFUSED);
        return Mono.fromCallable(() -> responder.respond(exchange.getRequest(), permit.rejection()))
                .flatMap(answer -> ReactiveAnswers.write(exchange.getResponse(), answer));
    }
}
