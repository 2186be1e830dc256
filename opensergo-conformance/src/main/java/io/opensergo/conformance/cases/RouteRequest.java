package io.opensergo.conformance.cases;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that is to be routed. What is {@code null} the caller does not say.
 *
 * @param host the service that is called
 * @param method the HTTP method
 * @param path the path, without the query string
 * @param scheme the scheme
 * @param authority the authority
 * @param port the port, or 0 if the caller does not say
 * @param headers the headers; their names ignore case
 * @param query the query parameters, decoded
 */
public record RouteRequest(
        @Nullable String host,
        @Nullable String method,
        @Nullable String path,
        @Nullable String scheme,
        @Nullable String authority,
        int port,
        Map<String, String> headers,
        Map<String, String> query) {

    /** Copies what is given. */
    public RouteRequest {
        headers = Map.copyOf(headers);
        query = Map.copyOf(query);
    }
}
