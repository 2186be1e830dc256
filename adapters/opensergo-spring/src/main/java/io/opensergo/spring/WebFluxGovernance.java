package io.opensergo.spring;

import io.opensergo.governance.Governor;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.routing.ServedActions;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.internal.GatewayPattern;
import io.opensergo.spring.internal.HttpView;
import io.opensergo.spring.internal.InnerGuard;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.Outcomes;
import io.opensergo.spring.internal.ReactiveAnswers;
import io.opensergo.spring.internal.RouteUris;
import io.opensergo.spring.internal.ServedRoute;
import io.opensergo.spring.internal.ServerGuards;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * Guards the handlers of Spring WebFlux, annotated and functional ones, as the resource {@code
 * METHOD:pattern}, for example {@code GET:/orders/{id}}. A bean of this type is all it takes.
 *
 * <p>As a mapping before all others it asks them for the handler, and the guard of its pattern
 * before that runs; as a filter it gives the place back when the response has ended, failed or been
 * cancelled. A request that no pattern matches is no resource, nor is one of the actuator. A
 * throttled request waits without a thread. Nothing here blocks.
 *
 * <p>Carries out what routers say of requests to this application ({@link
 * Governor#honoursAtServer}): faults, redirects, responses, headers, other origins, time limits.
 */
public final class WebFluxGovernance
        implements HandlerMapping, WebFilter, Ordered, SmartInitializingSingleton {

    private static final String PERMIT = WebFluxGovernance.class.getName() + ".permit";
    private static final String ACTUATOR = ".actuate.";

    private final Governor governor;
    private final ServerGuards guards;
    private final RejectionResponder responder;
    private final ObjectProvider<HandlerMapping> mappings;
    private volatile List<HandlerMapping> others = List.of();

    /**
     * Makes the mapping and filter of a governor.
     *
     * @param isExcluded which patterns, such as {@code /internal/**}, are left alone
     * @param mappings all mappings of the application, this one among them
     */
    public WebFluxGovernance(
            Governor governor,
            Predicate<String> isExcluded,
            RejectionResponder responder,
            ObjectProvider<HandlerMapping> mappings) {
        this.governor = governor;
        this.guards = new ServerGuards(governor, isExcluded);
        this.responder = responder;
        this.mappings = mappings;
        governor.honoursAtServer("Spring WebFlux server", ServedActions.HONOURED);
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void afterSingletonsInstantiated() {
        others = mappings.orderedStream().filter(mapping -> mapping != this).toList();
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        var view = new HttpView(request.getMethod().name(), request.getURI(), request.getHeaders());
        TrafficColour colour = governor.lanes().receive(view);
        Mono<Void> rest =
                routed(exchange, view, chain)
                        .doOnError(error -> end(exchange, Outcomes.ofError(error)))
                        .doFinally(signal -> end(exchange, signal));
        return colour == null ? rest : rest.contextWrite(colour.toContext());
    }

    private Mono<Void> routed(ServerWebExchange exchange, HttpView view, WebFilterChain chain) {
        ServedRoute served = ServedRoute.of(governor, view, RouteUris.target(view.uri()));
        return served == null
                ? chain.filter(exchange)
                : new ReactiveServedRoute(served).filter(exchange, chain);
    }

    private static void end(ServerWebExchange exchange, SignalType signal) {
        if (signal == SignalType.CANCEL || exchange.getAttribute(InnerGuard.ATTRIBUTE) != null) {
            end(exchange, Outcome.CANCELLED);
            return;
        }
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        end(exchange, status == null ? Outcome.SUCCESS : Outcomes.ofStatus(status.value()));
    }

    private static void end(ServerWebExchange exchange, Outcome outcome) {
        Permit permit = exchange.getAttribute(PERMIT);
        if (permit != null) {
            permit.release(outcome);
        }
    }

    @Override
    public Mono<Object> getHandler(ServerWebExchange exchange) {
        if (exchange.getAttribute(PERMIT) != null) {
            return Mono.empty(); // this one has been dispatched before
        }
        return Flux.fromIterable(others)
                .concatMap(
                        mapping ->
                                mapping.getHandler(exchange)
                                        .map(handler -> new Mapped(mapping, handler)))
                .next()
                .flatMap(mapped -> guarded(mapped, exchange));
    }

    private record Mapped(HandlerMapping mapping, Object handler) {}

    private Mono<Object> guarded(Mapped mapped, ServerWebExchange exchange) {
        String pattern = pattern(mapped, exchange);
        boolean isExcluded = pattern != null && guards.isExcluded(pattern);
        if (isExcluded || mapped.mapping.getClass().getName().contains(ACTUATOR)) {
            return Mono.just(mapped.handler);
        }
        ReactiveServedRoute route = ReactiveServedRoute.at(exchange);
        if (route != null) {
            route.meet();
        }
        return pattern == null
                ? passedOn(mapped.handler, exchange)
                : admitted(pattern, mapped.handler, exchange);
    }

    private static Mono<Object> passedOn(Object handler, ServerWebExchange exchange) {
        ReactiveServedRoute route = ReactiveServedRoute.at(exchange);
        return route == null ? Mono.just(handler) : route.handler(handler);
    }

    private Mono<Object> admitted(String pattern, Object handler, ServerWebExchange exchange) {
        Guard guard = guards.guard(exchange.getRequest().getMethod().name(), pattern);
        if (!guard.isProtected()) {
            return passedOn(handler, exchange);
        }
        Permit permit = guard.acquirePermit();
        ObservedDecision.tell(exchange, permit);
        if (permit.isRefused()) {
            return refused(permit);
        }
        exchange.getAttributes().put(PERMIT, permit);
        return permit.isWaiting() ? inTurn(permit, exchange, handler) : passedOn(handler, exchange);
    }

    private @Nullable String pattern(Mapped mapped, ServerWebExchange exchange) {
        Object best = exchange.getAttribute(BEST_MATCHING_PATTERN_ATTRIBUTE);
        String pattern = best == null ? GatewayPattern.of(exchange) : best.toString();
        if (pattern == null || CorsUtils.isPreFlightRequest(exchange.getRequest())) {
            return null;
        }
        boolean isCatchAll = pattern.equals("/**") && mapped.handler instanceof WebHandler;
        return isCatchAll ? null : pattern;
    }

    private Mono<Object> inTurn(Permit permit, ServerWebExchange exchange, Object handler) {
        return Mono.delay(Duration.ofNanos(permit.waitNanos()))
                .flatMap(
                        turn -> {
                            if (permit.proceed()) {
                                return passedOn(handler, exchange);
                            }
                            ObservedDecision.tell(exchange, permit);
                            // cancelled while its turn came, if it is not refused: nobody listens
                            return permit.isRefused() ? refused(permit) : Mono.never();
                        });
    }

    private Mono<Object> refused(Permit permit) {
        Rejection rejection = permit.rejection();
        WebHandler answer =
                exchange ->
                        Mono.fromCallable(() -> responder.respond(exchange.getRequest(), rejection))
                                .flatMap(
                                        reply ->
                                                ReactiveAnswers.write(
                                                        exchange.getResponse(), reply));
        return Mono.just(answer);
    }
}
