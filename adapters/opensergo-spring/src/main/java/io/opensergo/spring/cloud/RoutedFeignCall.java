package io.opensergo.spring.cloud;

import feign.Client;
import feign.Request;
import feign.Response;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** A call of OpenFeign whose route asks for more than instances. */
final class RoutedFeignCall implements RoutedCall.Client<Response> {

    private final CallRoutes routes;
    private final OutgoingRoute route;
    private final RouteActions actions;
    private final Client client;
    private final Request request;
    private final URI uri;
    private final HttpHeaders headers;
    private final Request.Options options;

    RoutedFeignCall(
            CallRoutes routes,
            OutgoingRoute route,
            Client client,
            Request request,
            URI uri,
            HttpHeaders headers,
            Request.Options options) {
        this.routes = routes;
        this.route = route;
        this.actions = route.decision().actions();
        this.client = client;
        this.request = request;
        this.uri = uri;
        this.headers = headers;
        this.options = options;
    }

    Response call() throws IOException {
        boolean isIdempotent =
                RetryPolicy.isIdempotent(
                        request.httpMethod().name(), headers.getFirst("idempotency-key"));
        return new RoutedCall<>(actions, routes.threads(), this, uri, isIdempotent, false).call();
    }

    @Override
    public Response attempt() throws IOException {
        return execute(
                sent(RouteUris.rewritten(uri, actions.rewrite()), actions.authority()), route);
    }

    private Request sent(URI to, @Nullable String authority) {
        HttpHeaders changed = HeaderFields.changed(headers, actions.requestHeaders());
        if (authority != null) {
            changed.set(HttpHeaders.HOST, authority);
        }
        return GovernedFeignClient.with(changed, to.toString(), request);
    }

    private Response execute(Request sent, OutgoingRoute its) throws IOException {
        OutgoingRoute before = its.enter();
        try {
            return client.execute(sent, options);
        } finally {
            OutgoingRoute.leave(before);
        }
    }

    @Override
    public void copy() {
        MirrorBudget.Copy copy = routes.mirrors().begin(actions);
        if (copy == null) {
            return;
        }
        Mirror mirror = copy.mirror();
        URI to = RouteUris.ofCopy(RouteUris.rewritten(uri, actions.rewrite()), mirror);
        String authority =
                actions.authority() == null ? uri.getRawAuthority() : actions.authority();
        Request sent = sent(to, Mirror.shadowOf(String.valueOf(authority)));
        var its = new OutgoingRoute(to.getHost(), mirror.decision(), mirror.port(), route.colour());
        routes.copy(copy, () -> send(sent, its));
    }

    private void send(Request sent, OutgoingRoute its) throws IOException {
        try (Response response = execute(sent, its)) {
            if (response.body() != null) {
                response.body().asInputStream().readAllBytes();
            }
        }
    }

    @Override
    public int status(Response response) {
        return response.status();
    }

    @Override
    public void discard(Response response) {
        response.close();
    }

    @Override
    public Response answer(RouteAnswer answer) {
        return Response.builder()
                .status(answer.status())
                .headers(fields(HeaderFields.of(answer, actions.responseHeaders())))
                .body(answer.body())
                .request(request)
                .build();
    }

    @Override
    public Response received(Response response, RoutedCall.Deadline deadline) {
        Response.Builder received = response.toBuilder();
        if (!actions.responseHeaders().isEmpty()) {
            var got = new HttpHeaders();
            response.headers().forEach((name, values) -> values.forEach(v -> got.add(name, v)));
            received.headers(fields(HeaderFields.changed(got, actions.responseHeaders())));
        }
        if (response.body() != null && deadline.limit() != null) {
            received.body(new TimedFeignBody(response.body(), deadline));
        }
        return received.build();
    }

    private static Map<String, Collection<String>> fields(HttpHeaders headers) {
        Map<String, Collection<String>> fields = new LinkedHashMap<>();
        headers.forEach(fields::put);
        return fields;
    }
}
