package io.opensergo.grpc;

/** Takes authorities apart: {@code prices}, {@code prices:8080}, {@code [::1]:8080}. */
final class Authority {

    private static final int MAX_PORT = 65_535;

    private Authority() {}

    /** Returns the host, of an address of IPv6 without its brackets. */
    static String host(String authority) {
        if (authority.startsWith("[")) {
            int end = authority.indexOf(']');
            return end < 0 ? authority : authority.substring(1, end);
        }
        int colon = portColon(authority);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    /** Returns the port, or 0 if there is none. */
    static int port(String authority) {
        int colon = portColon(authority);
        if (colon < 0 || colon == authority.length() - 1) {
            return 0;
        }
        int port = 0;
        for (int i = colon + 1; i < authority.length(); i++) {
            int digit = authority.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            port = port * 10 + digit;
            if (port > MAX_PORT) {
                return 0;
            }
        }
        return port;
    }

    /** Of several colons outside of brackets none leads to a port: it is an address of IPv6. */
    private static int portColon(String authority) {
        int colon = authority.lastIndexOf(':');
        int bracket = authority.lastIndexOf(']');
        if (colon < 0 || colon < bracket) {
            return -1;
        }
        return bracket >= 0 || authority.indexOf(':') == colon ? colon : -1;
    }
}
