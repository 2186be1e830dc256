package io.opensergo.governance.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as a value; its headers are keyed by their names in lower case. */
record FixedRequest(
        @Nullable String host,
        @Nullable String method,
        @Nullable String path,
        @Nullable String scheme,
        @Nullable String authority,
        int port,
        Map<String, String> headers,
        Map<String, String> queryParams)
        implements RequestView {

    FixedRequest {
        headers = Map.copyOf(headers);
        queryParams = Map.copyOf(queryParams);
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    @Override
    public @Nullable String query(String name) {
        return queryParams.get(name);
    }
}
