package io.opensergo.spring;

import io.opensergo.governance.routing.RequestView;
import io.opensergo.spring.internal.QueryText;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** A request of a servlet, read in place. Parameters are not asked for, as that reads the body. */
record ServletView(HttpServletRequest request) implements RequestView {

    @Override
    public @Nullable String host() {
        return request.getServerName();
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        return request.getRequestURI();
    }

    @Override
    public @Nullable String scheme() {
        return request.getScheme();
    }

    @Override
    public @Nullable String authority() {
        return request.getHeader("host");
    }

    @Override
    public int port() {
        return Math.max(0, request.getLocalPort());
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return request.getHeader(lowerCaseName);
    }

    @Override
    public @Nullable String query(String name) {
        return QueryText.value(request.getQueryString(), name);
    }
}
