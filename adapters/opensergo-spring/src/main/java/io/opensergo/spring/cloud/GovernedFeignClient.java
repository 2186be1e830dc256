package io.opensergo.spring.cloud;

import feign.Client;
import feign.MethodMetadata;
import feign.Request;
import feign.RequestTemplate;
import feign.Response;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.governance.routing.RouteDecision;
import io.opensergo.governance.routing.TrafficColour;
import io.opensergo.spring.TrafficColours;
import io.opensergo.spring.internal.BlockingCalls;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.CallRoutes;
import io.opensergo.spring.internal.Outcomes;
import io.opensergo.spring.internal.OutgoingRoute;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.util.UriComponentsBuilder;

/** Guards, colours and routes the calls of a client of Feign. */
final class GovernedFeignClient implements Client {

    private final Client client;
    private final CallGuards guards;
    private final CallRoutes routes;

    GovernedFeignClient(Client client, CallGuards guards, CallRoutes routes) {
        this.client = client;
        this.guards = guards;
        this.routes = routes;
    }

    @Override
    public Response execute(Request request, Request.Options options) throws IOException {
        URI uri = uri(request.url());
        String method = request.httpMethod().name();
        Guard guard = guards.guard(method, uri, template(request));
        if (guard == null) {
            return client.execute(request, options);
        }
        HttpHeaders headers = headers(request);
        Map<String, String> carried = new LinkedHashMap<>();
        TrafficColour colour =
                guards.carry(TrafficColours.current(), method, uri, headers, carried::put);
        carried.forEach(headers::set);
        Request coloured = carried.isEmpty() ? request : with(headers, request.url(), request);
        if (!guard.isProtected()) {
            return send(coloured, uri, headers, options, colour);
        }
        Permit permit = BlockingCalls.admitted(guard);
        Response response;
        Outcome outcome;
        try {
            response = send(coloured, uri, headers, options, colour);
            outcome = Outcomes.ofStatus(response.status());
        } catch (Throwable e) {
            permit.release(Outcome.of(e));
            throw e;
        }
        if (response.body() == null) {
            permit.release(outcome);
            return response;
        }
        return response.toBuilder()
                .body(new GovernedFeignBody(response.body(), permit, outcome))
                .build();
    }

    /** The application may have written what is not allowed into a URL, and a client take it. */
    private static URI uri(String url) {
        try {
            return URI.create(url);
        } catch (IllegalArgumentException e) {
            return UriComponentsBuilder.fromUriString(url).encode().build().toUri();
        }
    }

    private static @Nullable String template(Request request) {
        RequestTemplate template = request.requestTemplate();
        MethodMetadata method = template == null ? null : template.methodMetadata();
        return method == null ? null : method.template().path();
    }

    /** The route is decided here, and the load balancer told of it. */
    private Response send(
            Request request,
            URI uri,
            HttpHeaders headers,
            Request.Options options,
            @Nullable TrafficColour colour)
            throws IOException {
        RouteDecision decision = routes.decide(request.httpMethod().name(), uri, headers);
        OutgoingRoute route = OutgoingRoute.of(String.valueOf(uri.getHost()), decision, colour);
        if (!decision.actions().isEmpty()) {
            return new RoutedFeignCall(routes, route, client, request, uri, headers, options)
                    .call();
        }
        OutgoingRoute before = route.enter();
        try {
            return client.execute(request, options);
        } finally {
            OutgoingRoute.leave(before);
        }
    }

    private static HttpHeaders headers(Request request) {
        var headers = new HttpHeaders();
        request.headers()
                .forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
        return headers;
    }

    /** Returns a request with other headers and another URL. */
    static Request with(HttpHeaders headers, String url, Request request) {
        Map<String, Collection<String>> fields = new LinkedHashMap<>();
        headers.forEach(fields::put);
        return Request.create(
                request.httpMethod(),
                url,
                fields,
                request.body(),
                request.charset(),
                request.requestTemplate());
    }
}
