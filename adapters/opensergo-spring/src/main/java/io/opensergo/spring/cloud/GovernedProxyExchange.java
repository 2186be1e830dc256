package io.opensergo.spring.cloud;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.Rejection;
import io.opensergo.governance.RequestRejectedException;
import io.opensergo.spring.RejectionResponder;
import io.opensergo.spring.internal.BlockingCalls;
import io.opensergo.spring.internal.InnerGuard;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.Outcomes;
import io.opensergo.spring.internal.ServerGuards;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.server.mvc.common.MvcUtils;
import org.springframework.cloud.gateway.server.mvc.handler.GatewayServerResponse;
import org.springframework.cloud.gateway.server.mvc.handler.ProxyExchange;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.servlet.function.ServerResponse;

/** Guards the calls of a gateway by the route that they are made for. */
final class GovernedProxyExchange implements ProxyExchange {

    private final ProxyExchange exchange;
    private final Supplier<ServerGuards> guards;
    private final Supplier<RejectionResponder> responder;

    GovernedProxyExchange(
            ProxyExchange exchange,
            Supplier<ServerGuards> guards,
            Supplier<RejectionResponder> responder) {
        this.exchange = exchange;
        this.guards = guards;
        this.responder = responder;
    }

    @Override
    public ServerResponse exchange(Request request) {
        String route =
                MvcUtils.getAttribute(request.getServerRequest(), MvcUtils.GATEWAY_ROUTE_ID_ATTR);
        Guard guard = route == null ? null : guard(route);
        if (guard == null) {
            return exchange.exchange(request);
        }
        Permit permit;
        try {
            permit =
                    BlockingCalls.admitted(
                            guard,
                            asked ->
                                    ObservedDecision.tell(
                                            request.getServerRequest().servletRequest(), asked));
        } catch (RequestRejectedException e) {
            return refusal(request, e.rejection());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return followed(request, permit);
    }

    private @Nullable Guard guard(String route) {
        ServerGuards known = guards.get();
        Guard guard = known.isExcluded(route) ? null : known.guard(route);
        return guard == null || !guard.isProtected() ? null : guard;
    }

    private ServerResponse followed(Request request, Permit permit) {
        ServerResponse response;
        Outcome outcome;
        try {
            response = exchange.exchange(request);
            outcome = Outcomes.ofStatus(response.statusCode().value());
        } catch (Throwable e) {
            permit.release(Outcomes.ofError(e));
            throw e;
        }
        HttpServletRequest servletRequest = request.getServerRequest().servletRequest();
        if (servletRequest.isAsyncStarted()) { // it may end where nobody says so
            permit.release(outcome);
        } else {
            new InnerGuard(permit, outcome).leaveAt(servletRequest);
        }
        return response;
    }

    private ServerResponse refusal(Request request, Rejection rejection) {
        HttpServletRequest servletRequest = request.getServerRequest().servletRequest();
        InnerGuard.REFUSED.leaveAt(servletRequest);
        ResponseEntity<byte[]> answer =
                responder.get().respond(new ServletServerHttpRequest(servletRequest), rejection);
        byte[] body = answer.getBody();
        return GatewayServerResponse.status(answer.getStatusCode())
                .headers(
                        headers ->
                                answer.getHeaders()
                                        .forEach(
                                                (name, values) ->
                                                        values.forEach(
                                                                value -> headers.add(name, value))))
                .build(
                        (ignored, response) -> {
                            if (body != null) {
                                response.setContentLength(body.length);
                                response.getOutputStream().write(body);
                            }
                            return null;
                        });
    }
}
