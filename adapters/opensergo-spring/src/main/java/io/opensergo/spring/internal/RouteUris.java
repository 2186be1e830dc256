package io.opensergo.spring.internal;

import io.opensergo.governance.action.PathRewrite;
import io.opensergo.governance.action.Redirect;
import io.opensergo.governance.routing.Mirror;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/** The URIs that routes make of that of a call. */
public final class RouteUris {

    private static final String CLUSTER_DOMAIN = ".svc.cluster.local";

    private RouteUris() {}

    /** Returns whether a host that a rule names is a service, by its short or full name. */
    public static boolean isSame(String host, String service) {
        String lower = host.toLowerCase(Locale.ROOT);
        String name = service.toLowerCase(Locale.ROOT);
        return lower.equals(name)
                || (lower.startsWith(name + ".") && lower.endsWith(CLUSTER_DOMAIN));
    }

    /** Returns the URI with another path, if the route has one. */
    public static URI rewritten(URI uri, @Nullable PathRewrite rewrite) {
        return rewrite == null ? uri : at(uri, uri.getRawAuthority(), rewrite.apply(target(uri)));
    }

    /** Returns where a redirect sends the caller. */
    public static String location(URI uri, Redirect redirect) {
        return redirect.location(
                uri.getScheme(),
                String.valueOf(uri.getRawAuthority()),
                Math.max(0, uri.getPort()),
                target(uri));
    }

    /**
     * Returns the URI of a copy: of the host that the rule names, which a load balancer knows as a
     * service if the client has one.
     */
    public static URI ofCopy(URI uri, Mirror mirror) {
        String wanted = mirror.group().host();
        String host = isSame(wanted, uri.getHost()) ? uri.getHost() : wanted;
        int port = mirror.port() == 0 ? uri.getPort() : mirror.port();
        return at(uri, port < 0 ? host : host + ":" + port, target(uri));
    }

    /** Returns the path of a URI, with its query string if it has one. */
    public static String target(URI uri) {
        String path =
                uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** The path of a rule may have what is not allowed in a URI. */
    private static URI at(URI uri, @Nullable String authority, String target) {
        String text = uri.getScheme() + "://" + authority + target;
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            return UriComponentsBuilder.fromUriString(text).encode().build().toUri();
        }
    }
}
