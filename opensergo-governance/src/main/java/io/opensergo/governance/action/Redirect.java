package io.opensergo.governance.action;

import org.jspecify.annotations.Nullable;

/**
 * A redirect that answers a request. Immutable.
 *
 * @param status the HTTP status, 300 to 399
 * @param path the new path, or {@code null} to keep it
 * @param authority the new authority, or {@code null} to keep it
 * @param scheme the new scheme, or {@code null} to keep it
 * @param port the new port, {@link #KEEP_PORT}, {@link #PORT_OF_SCHEME} or {@link #PORT_OF_REQUEST}
 */
public record Redirect(
        int status,
        @Nullable String path,
        @Nullable String authority,
        @Nullable String scheme,
        int port) {

    /** The port is the one of the authority. */
    public static final int KEEP_PORT = 0;

    /** The port is the usual one of the scheme. */
    public static final int PORT_OF_SCHEME = -1;

    /** The port is the one that the request was sent to. */
    public static final int PORT_OF_REQUEST = -2;

    /**
     * Returns where the caller is sent to, the value of {@code Location}. The query string of the
     * request is kept, unless the new path has one.
     *
     * @param requestScheme the scheme of the request; {@code http} if it is not known
     * @param requestAuthority its authority
     * @param requestPort the port it was sent to, or 0 if it is not known
     * @param target its path, with the query string if it has one
     */
    public String location(
            @Nullable String requestScheme,
            String requestAuthority,
            int requestPort,
            String target) {
        String oldScheme = requestScheme == null ? "http" : requestScheme;
        String newScheme = scheme == null ? oldScheme : scheme;
        String whole = authority == null ? requestAuthority : authority;
        int newPort = port > 0 ? port : portOf(whole, oldScheme, requestPort);
        String suffix = newPort <= 0 || newPort == usualPort(newScheme) ? "" : ":" + newPort;
        return newScheme + "://" + host(whole) + suffix + newTarget(target);
    }

    private int portOf(String whole, String oldScheme, int requestPort) {
        if (port == PORT_OF_SCHEME) {
            return 0;
        }
        if (port == PORT_OF_REQUEST && requestPort > 0) {
            return requestPort;
        }
        int own = port(whole);
        // The usual port of the old scheme would not be that of the new one.
        return authority == null && own == usualPort(oldScheme) ? 0 : own;
    }

    private String newTarget(String target) {
        if (path == null) {
            return target;
        }
        int query = target.indexOf('?');
        return query < 0 || path.indexOf('?') >= 0 ? path : path + target.substring(query);
    }

    private static String host(String authority) {
        int colon = colon(authority);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static int port(String authority) {
        int colon = colon(authority);
        try {
            return colon < 0 ? 0 : Integer.parseInt(authority.substring(colon + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Returns where the port begins; an address of IPv6 has colons inside its brackets. */
    static int colon(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']') ? colon : -1;
    }

    private static int usualPort(String scheme) {
        return switch (scheme) {
            case "http" -> 80;
            case "https" -> 443;
            default -> 0;
        };
    }
}
