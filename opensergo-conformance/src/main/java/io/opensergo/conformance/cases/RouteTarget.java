package io.opensergo.conformance.cases;

import org.jspecify.annotations.Nullable;

/** What routing makes of a request. */
public sealed interface RouteTarget {

    /** No route decides: the caller's own routing applies. */
    record Unrouted() implements RouteTarget {

        @Override
        public String toString() {
            return "unrouted";
        }
    }

    /** The request has a destination, but neither it nor its fallback has an instance. */
    record NoInstance() implements RouteTarget {

        @Override
        public String toString() {
            return "no-instance";
        }
    }

    /**
     * The request goes to a service, or a subset of it.
     *
     * @param host the service, as the rule writes it
     * @param subset the subset, or {@code null} for all instances
     * @param port the port, or {@code null} if the rule names none
     */
    record Destination(String host, @Nullable String subset, @Nullable Integer port)
            implements RouteTarget {

        @Override
        public String toString() {
            return "to "
                    + host
                    + (subset == null ? "" : "/" + subset)
                    + (port == null ? "" : ":" + port);
        }
    }

    /**
     * The request is answered with a redirect. What is {@code null} stays as in the request.
     *
     * @param uri the new path
     * @param authority the new authority
     * @param scheme the new scheme
     * @param port the new port
     * @param derivePort where the new port comes from, as rules write it
     * @param code the HTTP status
     */
    record Redirect(
            @Nullable String uri,
            @Nullable String authority,
            @Nullable String scheme,
            @Nullable Integer port,
            @Nullable String derivePort,
            int code)
            implements RouteTarget {}

    /**
     * The request is answered with a response.
     *
     * @param response the response
     */
    record Answer(HttpResponse response) implements RouteTarget {}
}
