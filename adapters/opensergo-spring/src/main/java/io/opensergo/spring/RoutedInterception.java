package io.opensergo.spring;

import io.opensergo.governance.action.RetryPolicy;
import io.opensergo.governance.routing.Mirror;
import io.opensergo.governance.routing.MirrorBudget;
import io.opensergo.governance.routing.RouteActions;
import io.opensergo.governance.routing.RouteAnswer;
import io.opensergo.spring.internal.CallRoutes;
import io.opensergo.spring.internal.HeaderFields;
import io.opensergo.spring.internal.OutgoingRoute;
import io.opensergo.spring.internal.RouteUris;
import io.opensergo.spring.internal.RoutedCall;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;

/** A call of a blocking client whose route asks for more than instances. */
final class RoutedInterception implements RoutedCall.Client<ClientHttpResponse> {

    private final CallRoutes routes;
    private final OutgoingRoute route;
    private final RouteActions actions;
    private final HttpRequest request;
    private final byte[] body;
    private final @Nullable ClientHttpRequestExecution repeatable;
    private final ClientHttpRequestExecution execution;

    RoutedInterception(
            CallRoutes routes,
            OutgoingRoute route,
            HttpRequest request,
            byte[] body,
            ClientHttpRequestExecution execution) {
        this.routes = routes;
        this.route = route;
        this.actions = route.decision().actions();
        this.request = request;
        this.body = body;
        this.repeatable = RepeatableExecution.of(execution);
        this.execution = repeatable == null ? execution : repeatable;
    }

    ClientHttpResponse call() throws IOException {
        String key = request.getHeaders().getFirst("idempotency-key");
        return new RoutedCall<>(
                        actions,
                        routes.threads(),
                        this,
                        request.getURI(),
                        RetryPolicy.isIdempotent(request.getMethod().name(), key),
                        repeatable == null)
                .call();
    }

    /** Each attempt has headers of its own, as what follows may change them. */
    @Override
    public ClientHttpResponse attempt() throws IOException {
        HttpHeaders headers = HeaderFields.changed(request.getHeaders(), actions.requestHeaders());
        if (actions.authority() != null) {
            headers.set(HttpHeaders.HOST, actions.authority());
        }
        URI uri = RouteUris.rewritten(request.getURI(), actions.rewrite());
        return execute(new Sent(request, uri, headers, request.getAttributes()), route);
    }

    private ClientHttpResponse execute(HttpRequest sent, OutgoingRoute its) throws IOException {
        OutgoingRoute before = its.enter();
        try {
            return execution.execute(sent, body);
        } finally {
            OutgoingRoute.leave(before);
        }
    }

    @Override
    public void copy() {
        MirrorBudget.Copy copy = repeatable == null ? null : routes.mirrors().begin(actions);
        if (copy == null) {
            return;
        }
        Mirror mirror = copy.mirror();
        URI uri =
                RouteUris.ofCopy(RouteUris.rewritten(request.getURI(), actions.rewrite()), mirror);
        HttpHeaders headers = HeaderFields.changed(request.getHeaders(), actions.requestHeaders());
        String authority =
                actions.authority() == null
                        ? request.getURI().getRawAuthority()
                        : actions.authority();
        headers.set(HttpHeaders.HOST, Mirror.shadowOf(String.valueOf(authority)));
        var sent = new Sent(request, uri, headers, new HashMap<>(request.getAttributes()));
        var its =
                new OutgoingRoute(uri.getHost(), mirror.decision(), mirror.port(), route.colour());
        routes.copy(copy, () -> send(sent, its));
    }

    private void send(HttpRequest sent, OutgoingRoute its) throws IOException {
        try (ClientHttpResponse response = execute(sent, its)) {
            response.getBody().readAllBytes();
        }
    }

    @Override
    public int status(ClientHttpResponse response) throws IOException {
        return response.getStatusCode().value();
    }

    @Override
    public void discard(ClientHttpResponse response) {
        response.close();
    }

    @Override
    public ClientHttpResponse answer(RouteAnswer answer) {
        return new AnsweredResponse(
                answer.status(), HeaderFields.of(answer, actions.responseHeaders()), answer.body());
    }

    @Override
    public ClientHttpResponse received(ClientHttpResponse response, RoutedCall.Deadline deadline) {
        return new ReceivedResponse(
                response,
                HeaderFields.changed(response.getHeaders(), actions.responseHeaders()),
                deadline);
    }

    /** A request as it is sent. */
    private static final class Sent extends HttpRequestWrapper {

        private final URI uri;
        private final HttpHeaders headers;
        private final Map<String, Object> attributes;

        Sent(HttpRequest request, URI uri, HttpHeaders headers, Map<String, Object> attributes) {
            super(request);
            this.uri = uri;
            this.headers = headers;
            this.attributes = attributes;
        }

        @Override
        public URI getURI() {
            return uri;
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public Map<String, Object> getAttributes() {
            return attributes;
        }
    }
}
