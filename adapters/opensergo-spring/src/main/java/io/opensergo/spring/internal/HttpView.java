package io.opensergo.spring.internal;

import io.opensergo.governance.routing.RequestView;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/** A request of Spring's reactive server or of its clients, read in place. */
public record HttpView(String method, URI uri, HttpHeaders headers) implements RequestView {

    @Override
    public @Nullable String host() {
        return uri.getHost();
    }

    @Override
    public String path() {
        return uri.getRawPath();
    }

    @Override
    public @Nullable String scheme() {
        return uri.getScheme();
    }

    @Override
    public @Nullable String authority() {
        return uri.getRawAuthority();
    }

    @Override
    public int port() {
        return Math.max(0, uri.getPort());
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return headers.getFirst(lowerCaseName);
    }

    @Override
    public @Nullable String query(String name) {
        return QueryText.value(uri.getRawQuery(), name);
    }
}
