package io.opensergo.spring;

import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.RequestRejectedException;
import java.io.IOException;
import java.io.InterruptedIOException;
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
        Permit permit = admitted(guard);
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

    private static Permit admitted(Guard guard) throws InterruptedIOException {
        Permit permit = guard.acquirePermit();
        if (permit.isWaiting()) {
            awaitTurn(permit);
            boolean unused = permit.proceed(); // nobody else can end it
        }
        if (permit.isRefused()) {
            throw new RequestRejectedException(permit.rejection());
        }
        return permit;
    }

    private static void awaitTurn(Permit permit) throws InterruptedIOException {
        try {
            permit.await();
        } catch (InterruptedException e) {
            permit.release(Outcome.CANCELLED);
            Thread.currentThread().interrupt();
            var interrupted =
                    new InterruptedIOException("interrupted while the call was throttled");
            interrupted.initCause(e);
            throw interrupted;
        }
    }
}
