package io.opensergo.client;

import io.opensergo.api.ConfigurationException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a control plane listens.
 *
 * @param text the endpoint as configured
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 * @param scheme {@code http} for plaintext, {@code https} for TLS, {@code null} if not given
 */
record Endpoint(String text, String host, int port, @Nullable String scheme) {

    static final int DEFAULT_PORT = 10246;

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");
    private static final Pattern SECRET =
            Pattern.compile("(?<=//)[^/]*(?=@)|^[^/]*(?=@)|(?<=[?#]).+", Pattern.DOTALL);
    private static final String EXPECTED =
            "must be host:port, http://host:port or https://host:port, such as localhost:10246";

    static Endpoint parse(String text, String setting) {
        String trimmed = text.strip();
        boolean hasScheme = trimmed.contains("://");
        URI uri;
        try {
            uri = new URI(hasScheme ? trimmed : "none://" + trimmed).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw malformed(text, setting);
        }
        String scheme = hasScheme ? uri.getScheme() : null;
        boolean schemeKnown = scheme == null || scheme.equals("http") || scheme.equals("https");
        boolean hasMore =
                uri.getUserInfo() != null
                        || uri.getQuery() != null
                        || uri.getFragment() != null
                        || !(uri.getPath().isEmpty() || uri.getPath().equals("/"));
        boolean portMissing = uri.getRawAuthority().endsWith(":");
        if (uri.getHost() == null
                || portMissing
                || !schemeKnown
                || hasMore
                || uri.getPort() == 0
                || uri.getPort() > 65535) {
            throw malformed(text, setting);
        }
        String host = uri.getHost().replace("[", "").replace("]", "");
        return new Endpoint(
                trimmed, host, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), scheme);
    }

    private static ConfigurationException malformed(String text, String setting) {
        return new ConfigurationException(
                setting, EXPECTED + ", was '" + withoutSecrets(text) + "'");
    }

    /**
     * Returns the text of an endpoint, which may be malformed, without what may be a secret: what
     * stands before an at sign or behind a question mark.
     */
    static String withoutSecrets(String text) {
        return SECRET.matcher(text).replaceAll("***");
    }

    /**
     * Returns the target for gRPC's resolver of DNS names, which resolves again on every new
     * connection. The brackets of an IPv6 address may not stand in a path as they are.
     */
    String grpcTarget() {
        String path = host.contains(":") ? "%5B" + host + "%5D" : host;
        return "dns:///" + path + ":" + port;
    }

    boolean isLoopback() {
        return LOOPBACK.contains(host);
    }

    @Override
    public String toString() {
        return text;
    }
}
