package io.opensergo.grpc;

import io.grpc.Metadata;
import io.opensergo.governance.routing.RequestView;
import org.jspecify.annotations.Nullable;

/**
 * A call as rules see it, read in place: its host is the one that is called, its method {@code
 * GetPrice}, its path {@code /shop.Prices/GetPrice}, its headers the metadata that is text.
 *
 * @param called the method
 * @param authority the host that is called, perhaps with a port; {@code null} if it is not known
 */
record CallView(GovernedMethod called, @Nullable String authority, Metadata metadata)
        implements RequestView {

    @Override
    public @Nullable String host() {
        return authority == null ? null : Authority.host(authority);
    }

    @Override
    public String method() {
        return called.name();
    }

    @Override
    public String path() {
        return called.path();
    }

    @Override
    public int port() {
        return authority == null ? 0 : Authority.port(authority);
    }

    @Override
    public @Nullable String header(String lowerCaseName) {
        return Headers.value(metadata, lowerCaseName);
    }
}
