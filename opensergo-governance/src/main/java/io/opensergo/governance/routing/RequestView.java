package io.opensergo.governance.routing;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a router may ask of a request; an adapter implements it to read a framework's request in
 * place.
 *
 * <p>Everything may be absent, and is unless overridden: then a condition on it does not hold. The
 * methods are called on the hot path, each perhaps more than once for one decision, by the thread
 * that asks for the decision; they should neither block nor allocate.
 */
public interface RequestView {

    /**
     * Returns the service that is called, short or qualified, without a port; {@code null} if the
     * caller does not say, which every router takes for its own.
     */
    default @Nullable String host() {
        return null;
    }

    /** Returns the method, such as {@code GET}; for an RPC the method that is called. */
    default @Nullable String method() {
        return null;
    }

    /** Returns the path, without the query string. */
    default @Nullable String path() {
        return null;
    }

    /** Returns the scheme, such as {@code https}. */
    default @Nullable String scheme() {
        return null;
    }

    /** Returns the authority, such as {@code example.com:8080}. */
    default @Nullable String authority() {
        return null;
    }

    /** Returns the port the request was sent to, or 0 if it is not known. */
    default int port() {
        return 0;
    }

    /**
     * Returns the value of a header. One that is there several times is presented as its values in
     * order, joined by a comma without blanks, as Envoy does.
     *
     * @param lowerCaseName the name; those of the request are compared without regard to case
     */
    default @Nullable String header(String lowerCaseName) {
        return null;
    }

    /**
     * Returns the decoded value of a query parameter: the first, if it is there several times, and
     * an empty text, if it has no value.
     *
     * @param name the name, which is compared with regard to case
     */
    default @Nullable String query(String name) {
        return null;
    }

    /** Starts a request of which nothing is known yet. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds an immutable request; for one thread. */
    final class Builder {

        private @Nullable String host;
        private @Nullable String method;
        private @Nullable String path;
        private @Nullable String scheme;
        private @Nullable String authority;
        private int port;
        private final Map<String, String> headers = new HashMap<>();
        private final Map<String, String> query = new HashMap<>();

        private Builder() {}

        /** Sets {@link RequestView#host()}. */
        public Builder host(@Nullable String host) {
            this.host = host;
            return this;
        }

        /** Sets {@link RequestView#method()}. */
        public Builder method(@Nullable String method) {
            this.method = method;
            return this;
        }

        /** Sets {@link RequestView#path()}. */
        public Builder path(@Nullable String path) {
            this.path = path;
            return this;
        }

        /** Sets {@link RequestView#scheme()}. */
        public Builder scheme(@Nullable String scheme) {
            this.scheme = scheme;
            return this;
        }

        /** Sets {@link RequestView#authority()}. */
        public Builder authority(@Nullable String authority) {
            this.authority = authority;
            return this;
        }

        /** Sets {@link RequestView#port()}. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** Adds a value of a header, whose name may be in any case, behind those already there. */
        public Builder header(String name, String value) {
            headers.merge(AsciiCase.lower(name), value, (first, next) -> first + ',' + next);
            return this;
        }

        /** Adds a value of a query parameter; the first of a name counts. */
        public Builder query(String name, String value) {
            query.putIfAbsent(name, value);
            return this;
        }

        /** Returns the request. */
        public RequestView build() {
            return new FixedRequest(host, method, path, scheme, authority, port, headers, query);
        }
    }
}
