package io.opensergo.spring.boot;

import io.opensergo.governance.Governor;
import io.opensergo.governance.GuardExplanation;
import io.opensergo.governance.TrafficDirection;
import io.opensergo.governance.routing.RequestView;
import io.opensergo.governance.routing.RouteExplanation;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.lang.Nullable;

/** The actuator's endpoint {@code opensergo}. */
@Endpoint(id = "opensergo")
public final class OpenSergoEndpoint {

    private final GovernanceReport report;
    private final Governor governor;

    OpenSergoEndpoint(GovernanceReport report, Governor governor) {
        this.report = report;
        this.governor = governor;
    }

    /** Returns the connection, problems of the plan, and resources with counts and breakers. */
    @ReadOperation
    public Map<String, Object> report() {
        return report.full();
    }

    /**
     * Explains what would be decided about a request now, and changes and counts nothing: by the
     * guard if a resource is given, and by the routers if anything of a request is.
     *
     * @param resource the resource that is guarded, such as {@code GET:/orders/{id}}
     * @param direction {@code inbound}, if it is not given, or {@code outbound}
     * @param host the service that is called
     * @param method the method
     * @param path the path, without a query
     * @param scheme the scheme
     * @param authority the authority, such as {@code example.com:8080}
     * @param port the port the request goes to
     * @param headers headers as HTTP writes them, {@code name: value}, a line each, since the
     *     actuator takes no objects in its JSON
     * @param query the query, such as {@code page=1&size=20}
     * @return {@code guard} with the verdict of each strategy, {@code route} with the trial of each
     *     router if the request is a call, and, where a router names this application, {@code
     *     served} with the trials if it comes in
     * @throws InvalidEndpointRequestException if there is neither a resource nor a request, or the
     *     direction is neither of the two; the actuator answers 400
     */
    @WriteOperation
    public Map<String, Object> explain(
            @Nullable String resource,
            @Nullable String direction,
            @Nullable String host,
            @Nullable String method,
            @Nullable String path,
            @Nullable String scheme,
            @Nullable String authority,
            @Nullable Integer port,
            @Nullable String headers,
            @Nullable String query) {
        boolean isRequest =
                Stream.of(host, method, path, scheme, authority, port, headers, query)
                        .anyMatch(Objects::nonNull);
        if (resource == null && !isRequest) {
            throw invalid("nothing to explain: expected a resource, or a host, path or header");
        }
        var answer = new LinkedHashMap<String, Object>();
        if (resource != null) {
            answer.put(
                    "guard", described(governor.guard(resource, directionOf(direction)).explain()));
        }
        if (isRequest) {
            var request =
                    RequestView.builder()
                            .host(host)
                            .method(method)
                            .path(path)
                            .scheme(scheme)
                            .authority(authority)
                            .port(port == null ? 0 : port);
            headersOf(headers).forEach(header -> request.header(header[0], header[1]));
            paramsOf(query).forEach(param -> request.query(param[0], param[1]));
            RequestView view = request.build();
            answer.put("route", described(governor.explain(view)));
            RouteExplanation served = governor.explainServed(view);
            if (!served.routers().isEmpty()) {
                answer.put("served", described(served));
            }
        }
        return answer;
    }

    private static TrafficDirection directionOf(@Nullable String direction) {
        if (direction == null) {
            return TrafficDirection.INBOUND;
        }
        return TrafficDirection.ofLabel(direction.toLowerCase(Locale.ROOT))
                .orElseThrow(
                        () ->
                                invalid(
                                        "direction: expected inbound or outbound, found '"
                                                + direction
                                                + "'"));
    }

    private static Stream<String[]> headersOf(@Nullable String lines) {
        return lines == null
                ? Stream.empty()
                : lines.lines().filter(line -> !line.isBlank()).map(OpenSergoEndpoint::headerOf);
    }

    private static String[] headerOf(String line) {
        int colon = line.indexOf(':');
        if (colon <= 0) {
            throw invalid("headers: expected 'name: value', found '" + line + "'");
        }
        return new String[] {line.substring(0, colon).strip(), line.substring(colon + 1).strip()};
    }

    private static Stream<String[]> paramsOf(@Nullable String query) {
        return query == null
                ? Stream.empty()
                : Stream.of(query.split("&"))
                        .filter(param -> !param.isEmpty())
                        .map(OpenSergoEndpoint::paramOf);
    }

    private static String[] paramOf(String param) {
        int equals = param.indexOf('=');
        String name = equals < 0 ? param : param.substring(0, equals);
        String value = equals < 0 ? "" : param.substring(equals + 1);
        try {
            return new String[] {
                URLDecoder.decode(name, StandardCharsets.UTF_8),
                URLDecoder.decode(value, StandardCharsets.UTF_8)
            };
        } catch (IllegalArgumentException e) {
            throw invalid("query: expected an encoded parameter, found '" + param + "'");
        }
    }

    private static InvalidEndpointRequestException invalid(String reason) {
        return new InvalidEndpointRequestException(reason, reason);
    }

    private static Map<String, Object> described(GuardExplanation guard) {
        var described = new LinkedHashMap<String, Object>();
        described.put("resource", guard.resource());
        described.put("plan", guard.plan());
        described.put("admitted", guard.admitted());
        described.put("waitMillis", guard.waitTime().toMillis());
        if (guard.rejectedBy() != null) {
            described.put("rejectedBy", guard.rejectedBy());
        }
        described.put("checks", guard.checks().stream().map(Object::toString).toList());
        return described;
    }

    private static Map<String, Object> described(RouteExplanation route) {
        var described = new LinkedHashMap<String, Object>();
        described.put("version", route.version());
        described.put("found", route.decision().isFound());
        List<String> lines = route.toString().lines().toList();
        described.put("lines", lines);
        return described;
    }
}
