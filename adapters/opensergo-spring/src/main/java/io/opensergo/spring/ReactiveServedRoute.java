package io.opensergo.spring;

import io.opensergo.governance.routing.ServedActions;
import io.opensergo.spring.internal.HeaderFields;
import io.opensergo.spring.internal.ReactiveAnswers;
import io.opensergo.spring.internal.ServedRoute;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Carries out the route of a request to a server of WebFlux. Nothing here blocks. */
final class ReactiveServedRoute {

    private static final String ATTRIBUTE = ReactiveServedRoute.class.getName();

    private final ServedRoute route;
    private final ServedActions actions;
    private final Sinks.Empty<Void> begun = Sinks.empty();

    ReactiveServedRoute(ServedRoute route) {
        this.route = route;
        this.actions = route.actions();
    }

    /** Returns that of a request, or {@code null}. */
    static @Nullable ReactiveServedRoute at(ServerWebExchange exchange) {
        return exchange.getAttribute(ATTRIBUTE);
    }

    /** Returns the request as handlers see it, whose response is changed when it is written. */
    private ServerWebExchange passedOn(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
        if (actions.changesResponse()) {
            HttpHeaders headers = exchange.getResponse().getHeaders();
            exchange.getResponse()
                    .beforeCommit(
                            () ->
                                    Mono.fromRunnable(
                                            () ->
                                                    HeaderFields.change(
                                                            headers, actions::changeResponse)));
        }
        if (actions.requestHeaders().isEmpty()) {
            return exchange;
        }
        return exchange.mutate()
                .request(
                        request ->
                                request.headers(
                                        headers ->
                                                HeaderFields.change(
                                                        headers, actions.requestHeaders())))
                .build();
    }

    /** Handles the request; fails if it is not answered in time. */
    Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ResponseEntity<byte[]> preflight = route.preflight();
        if (preflight != null) {
            return ReactiveAnswers.write(exchange.getResponse(), preflight);
        }
        Mono<Void> rest = chain.filter(passedOn(exchange));
        if (actions.timeoutNanos() == 0) {
            return rest;
        }
        Duration limit = Duration.ofNanos(actions.timeoutNanos());
        return rest.timeout(
                begun.asMono().then(Mono.delay(limit)), Mono.error(() -> route.timedOut()));
    }

    /** Notes that the application is to handle the request. */
    void meet() {
        actions.meet();
    }

    /** Goes on with an admitted request: returns its handler, or what answers in its place. */
    Mono<Object> handler(Object handler) {
        if (actions.isAdmitted()) {
            return Mono.just(handler);
        }
        long delay = actions.admit();
        return delay == 0
                ? Mono.just(next(handler))
                : Mono.delay(Duration.ofNanos(delay)).map(now -> next(handler));
    }

    private Object next(Object handler) {
        ResponseEntity<byte[]> answer = route.answer();
        if (answer != null) {
            return answering(answer);
        }
        begun.tryEmitEmpty();
        return handler;
    }

    private static WebHandler answering(ResponseEntity<byte[]> answer) {
        return exchange -> ReactiveAnswers.write(exchange.getResponse(), answer);
    }
}
