package io.opensergo.vertx;

import io.opensergo.governance.routing.RequestView;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import org.jspecify.annotations.Nullable;

/** A request to a server, read in place. */
record InboundView(HttpServerRequest request) implements RequestView {

    @Override
    public @Nullable String host() {
        HostAndPort authority = request.authority();
        return authority == null ? null : authority.host();
    }

    @Override
    public String method() {
        return request.method().name();
    }

    @Override
    public @Nullable String path() {
        return request.path();
    }

    @Override
    public @Nullable String scheme() {
        return request.scheme();
    }

    @Override
    public @Nullable String authority() {
        HostAndPort authority = request.authority();
        return authority == null ? null : authority.toString();
    }

    @Override
    public int port() {
        return request.localAddress() == null ? 0 : Math.max(0, request.localAddress().port());
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return Headers.value(request.headers(), lowerCaseName);
    }

    @Override
    public @Nullable String query(String name) {
        String query = request.query();
        return query == null ? null : QueryText.value(query, 0, name);
    }
}
