package io.opensergo.spring.cloud;

import feign.Client;
import feign.MethodMetadata;
import feign.Request;
import feign.RequestTemplate;
import feign.Response;
import io.opensergo.governance.Guard;
import io.opensergo.governance.Outcome;
import io.opensergo.governance.Permit;
import io.opensergo.spring.TrafficColours;
import io.opensergo.spring.internal.BlockingCalls;
import io.opensergo.spring.internal.CallGuards;
import io.opensergo.spring.internal.Outcomes;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.util.UriComponentsBuilder;

/** Guards and colours the calls of a client of Feign. */
final class GovernedFeignClient implements Client {

    private final Client client;
    private final CallGuards guards;

    GovernedFeignClient(Client client, CallGuards guards) {
        this.client = client;
        this.guards = guards;
    }

    @Override
    public Response execute(Request request, Request.Options options) throws IOException {
        URI uri = uri(request.url());
        String method = request.httpMethod().name();
        Guard guard = guards.guard(method, uri, template(request));
        if (guard == null) {
            return client.execute(request, options);
        }
        Request coloured = coloured(request, method, uri);
        if (!guard.isProtected()) {
            return client.execute(coloured, options);
        }
        Permit permit = BlockingCalls.admitted(guard);
        Response response;
        Outcome outcome;
        try {
            response = client.execute(coloured, options);
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

    private Request coloured(Request request, String method, URI uri) {
        var headers = new HttpHeaders();
        request.headers()
                .forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
        Map<String, Collection<String>> carried = new LinkedHashMap<>();
        guards.carry(
                TrafficColours.current(),
                method,
                uri,
                headers,
                (name, value) -> carried.put(name, List.of(value)));
        if (carried.isEmpty()) {
            return request;
        }
        request.headers()
                .forEach(
                        (name, values) -> {
                            if (carried.keySet().stream().noneMatch(name::equalsIgnoreCase)) {
                                carried.put(name, values);
                            }
                        });
        return Request.create(
                request.httpMethod(),
                request.url(),
                carried,
                request.body(),
                request.charset(),
                request.requestTemplate());
    }
}
