package io.opensergo.console.internal.http;

/**
 * What answers requests to one path by one method.
 *
 * @param method the method; {@code GET} answers {@code HEAD} too
 * @param path the path, which is compared as it is written
 * @param access who may call
 * @param maxBodyBytes how large a body may be; 0 if it takes none
 * @param handler answers
 */
public record Endpoint(
        String method, String path, Access access, int maxBodyBytes, Handler handler) {

    /** Who may call. */
    public enum Access {
        /** Everybody, without being asked who it is. */
        OPEN,
        /** Whoever is known. */
        KNOWN
    }

    /** Answers a request. */
    @FunctionalInterface
    public interface Handler {

        /**
         * Returns the answer; on a thread that may block for a short time.
         *
         * @throws HttpProblem if the request is not served
         */
        Answer handle(Exchange exchange);
    }

    /** Returns what answers GET, and HEAD. */
    public static Endpoint get(String path, Access access, Handler handler) {
        return new Endpoint("GET", path, access, 0, handler);
    }

    /** Returns what answers requests with a JSON body. */
    public static Endpoint withBody(
            String method, String path, Access access, int maxBodyBytes, Handler handler) {
        return new Endpoint(method, path, access, maxBodyBytes, handler);
    }

    /** Returns what answers requests that take no body. */
    public static Endpoint withoutBody(String method, String path, Access access, Handler handler) {
        return new Endpoint(method, path, access, 0, handler);
    }

    /** Returns whether requests change something. */
    public boolean isUnsafe() {
        return !method.equals("GET");
    }
}
