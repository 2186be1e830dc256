package io.opensergo.console.internal.access;

import io.opensergo.console.internal.http.Exchange;
import io.opensergo.console.internal.http.HttpProblem;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pages of other sites from using the console by the browser of somebody who may.
 *
 * <p>What changes something is refused if a browser says that another site began it, and, where the
 * browser would add what proves the caller by itself, without a header that no other site can send.
 * A console that asks nobody who it is answers only by the names of this machine, since a site may
 * have its own name lead here (DNS rebinding).
 */
final class SameOrigin {

    /** The header that only the console's own page, or a program, sends: {@value}. */
    static final String HEADER = "X-OpenSergo-Console";

    private static final Set<String> NAMES_OF_THIS_MACHINE =
            Set.of("localhost", "127.0.0.1", "[::1]");

    private SameOrigin() {}

    /**
     * @throws HttpProblem 403 if another site began the request
     */
    static void requireFor(Exchange exchange, Identity.Proof proof) {
        String site = exchange.header("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            throw crossSite("Sec-Fetch-Site is '" + site + "'");
        }
        String origin = exchange.header("Origin");
        if (origin != null && !authority(origin).equals(withoutDefaultPort(exchange.host()))) {
            throw crossSite("Origin is another than Host");
        }
        if (proof != Identity.Proof.TOKEN && exchange.header(HEADER) == null) {
            throw crossSite("the header " + HEADER + " is missing; send " + HEADER + ": 1");
        }
    }

    private static HttpProblem crossSite(String why) {
        return new HttpProblem(
                403, "cross-site", "changes are taken from the console's own page: " + why);
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority == null ? "" : withoutDefaultPort(authority);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static String withoutDefaultPort(String authority) {
        return authority.toLowerCase(Locale.ROOT).replaceFirst(":(80|443)$", "");
    }

    /**
     * @param configured the name that the console was told to listen on
     * @throws HttpProblem 421 if the request names another machine
     */
    static void requireThisMachine(Exchange exchange, String configured) {
        String name = hostName(exchange.host());
        if (name == null
                || !(NAMES_OF_THIS_MACHINE.contains(name)
                        || name.equals(configured.toLowerCase(Locale.ROOT)))) {
            throw new HttpProblem(
                    421,
                    "wrong-host",
                    "this console asks nobody who it is, and so answers only as localhost or"
                            + " 127.0.0.1");
        }
    }

    private static @Nullable String hostName(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[")) {
            int end = lower.indexOf(']');
            return end < 0 ? null : lower.substring(0, end + 1);
        }
        int colon = lower.indexOf(':');
        return colon < 0 ? lower : lower.substring(0, colon);
    }
}
