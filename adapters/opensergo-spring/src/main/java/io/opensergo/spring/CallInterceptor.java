package io.opensergo.spring;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.spring.internal.BlockingCalls;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.ObservedDecision;
import io.opensergo.spring.internal.Outcomes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;

/** Guards and colours the calls of blocking clients. */
final class CallInterceptor implements ClientHttpRequestInterceptor {

    private static final String TEMPLATE = RestClient.class.getName() + ".uriTemplate";

    private final CallGuards guards;

    CallInterceptor(CallGuards guards) {
        this.guards = guards;
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
        guards.carry(
                TrafficColours.current(),
                method,
                request.getURI(),
                request.getHeaders(),
                request.getHeaders()::set);
        if (!guard.isProtected()) {
            return execution.execute(request, body);
        }
        Permit permit =
                BlockingCalls.admitted(
                        guard,
                        asked -> ObservedDecision.of(asked).leaveAt(request.getAttributes()));
        ClientHttpResponse response;
        Outcome outcome;
        try {
            response = execution.execute(request, body);
            outcome = Outcomes.ofStatus(response.getStatusCode().value());
        } catch (Throwable e) {
            permit.release(Outcome.of(e));
            throw e;
        }
        return new GovernedResponse(response, permit, outcome);
    }

    private static @Nullable String template(HttpRequest request) {
        Object template = request.getAttributes().get(TEMPLATE);
        return template instanceof String text ? text : TemplateMemory.templateOf(request.getURI());
    }
}
