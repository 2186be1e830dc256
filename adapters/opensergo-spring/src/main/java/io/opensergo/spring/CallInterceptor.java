package io.opensergo.spring;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.internal.BlockingCalls;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.CallRoutes;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.Outcomes;
import io.opensergo.spring.internal.OutgoingRoute;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

/** Guards, colours and routes the calls of blocking clients. */
final class CallInterceptor implements ClientHttpRequestInterceptor {

    private static final String TEMPLATE = RestClient.class.getName() + ".uriTemplate";

    private final CallGuards guards;
    private final CallRoutes routes;

    CallInterceptor(CallGuards guards, CallRoutes routes) {
        this.guards = guards;
        this.routes = routes;
    }

    @Override
    public ClientHttpResponse intercept(
            HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        String method = request.getMethod().name();
        Guard guard = guards.guard(method, request.getURI(), template(request));
        if (guard == null) {
            return execution.execute(request, body);
        }
        TrafficColour colour =
                guards.carry(
                        TrafficColours.current(),
                        method,
                        request.getURI(),
                        request.getHeaders(),
                        request.getHeaders()::set);
        if (!guard.isProtected()) {
            return send(request, body, execution, colour);
        }
        Permit permit =
                BlockingCalls.admitted(
                        guard,
                        asked -> ObservedDecision.of(asked).leaveAt(request.getAttributes()));
        ClientHttpResponse response;
        Outcome outcome;
        try {
            response = send(request, body, execution, colour);
            outcome = Outcomes.ofStatus(response.getStatusCode().value());
        } catch (Throwable e) {
            permit.release(Outcome.of(e));
            throw e;
        }
        return new GovernedResponse(response, permit, outcome);
    }

    /** The route is decided here, and the load balancer told of it. */
    private ClientHttpResponse send(
            HttpRequest request,
            byte[] body,
            ClientHttpRequestExecution execution,
            @Nullable TrafficColour colour)
            throws IOException {
        URI uri = request.getURI();
        RouteDecision decision =
                routes.decide(request.getMethod().name(), uri, request.getHeaders());
        if (uri.getHost() == null) {
            return execution.execute(request, body);
        }
        OutgoingRoute route = OutgoingRoute.of(uri.getHost(), decision, colour);
        if (!decision.actions().isEmpty()) {
            return new RoutedInterception(routes, route, request, body, execution).call();
        }
        OutgoingRoute before = route.enter();
        try {
            return execution.execute(request, body);
        } finally {
            OutgoingRoute.leave(before);
        }
    }

    private static @Nullable String template(HttpRequest request) {
        Object template = request.getAttributes().get(TEMPLATE);
        return template instanceof String text ? text : TemplateMemory.templateOf(request.getURI());
    }
}
