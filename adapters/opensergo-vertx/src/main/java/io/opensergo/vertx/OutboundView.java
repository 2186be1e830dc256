package io.opensergo.vertx;

import io.opensergo.governance.routing.RequestView;
import io.vertx.core.MultiMap;
import io.vertx.core.http.RequestOptions;
import org.jspecify.annotations.Nullable;

/** A request of a client, read in place. */
record OutboundView(RequestOptions request) implements RequestView {

    @Override
    public @Nullable String host() {
        return request.getHost();
    }

    @Override
    public String method() {
        return request.getMethod().name();
    }

    @Override
    public String path() {
        String uri = request.getURI();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    @Override
    public @Nullable String scheme() {
        Boolean ssl = request.isSsl();
        if (ssl == null) {
            return null;
        }
        return ssl ? "https" : "http";
    }

    @Override
    public @Nullable String authority() {
        Integer port = request.getPort();
        return port == null || request.getHost() == null
                ? request.getHost()
                : request.getHost() + ":" + port;
    }

    /** Returns what stands before the path of a whole address. */
    String origin() {
        String scheme = scheme();
        return (scheme == null ? "http" : scheme) + "://" + authority();
    }

    @Override
    public int port() {
        Integer port = request.getPort();
        return port == null ? 0 : port;
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        MultiMap headers = request.getHeaders();
        return headers == null ? null : Headers.value(headers, lowerCaseName);
    }

    @Override
    public @Nullable String query(String name) {
        String uri = request.getURI();
        int query = uri.indexOf('?');
        return query < 0 ? null : QueryText.value(uri, query + 1, name);
    }
}
