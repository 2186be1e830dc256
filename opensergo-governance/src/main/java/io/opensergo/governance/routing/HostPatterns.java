package io.opensergo.governance.routing;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The hosts of one router, which select the requests to a service as the domains of Envoy do.
 *
 * <p>A host is a name, short or qualified, or a pattern with a wildcard for one character or more:
 * {@code *suffix}, {@code prefix*}, or {@code *} alone for every host. A star anywhere else is a
 * star. The most specific host wins over all routers, not the first: a name before a suffix before
 * a prefix before {@code *}, and a longer pattern before a shorter one of its sort.
 */
final class HostPatterns {

    /** The specificity of a host that is not selected. */
    static final int NONE = 0;

    static final int ANY_HOST = 1;

    private static final int OF_PREFIX = 1 << 20;
    private static final int OF_SUFFIX = 2 << 20;
    static final int OF_NAME = 3 << 20;

    private final Set<String> names = new HashSet<>();
    private final Set<String> suffixes = new HashSet<>();
    private final Set<String> prefixes = new HashSet<>();
    private boolean anyHost;

    HostPatterns(List<String> hosts, String namespace) {
        for (String host : hosts) {
            add(host, namespace);
        }
    }

    private void add(String host, String namespace) {
        if (host.equals("*")) {
            anyHost = true;
        } else if (host.startsWith("*")) {
            suffixes.add(AsciiCase.lower(host.substring(1)));
            suffixes.add(ServiceName.qualify(host.substring(1), namespace));
        } else if (host.endsWith("*")) {
            prefixes.add(AsciiCase.lower(host.substring(0, host.length() - 1)));
        } else {
            names.add(AsciiCase.lower(host));
            names.add(ServiceName.qualify(host, namespace));
            names.add(ServiceName.shorten(host, namespace));
        }
    }

    /** Names, without capitals. */
    Set<String> names() {
        return names;
    }

    /** Suffixes, without star and capitals. */
    Set<String> suffixes() {
        return suffixes;
    }

    /** Prefixes, without star and capitals. */
    Set<String> prefixes() {
        return prefixes;
    }

    boolean anyHost() {
        return anyHost;
    }

    /** Returns whether there is no host at all, which selects every request whatever others do. */
    boolean isEmpty() {
        return names.isEmpty() && suffixes.isEmpty() && prefixes.isEmpty() && !anyHost;
    }

    /**
     * Returns how specific the best pattern is that selects a host, or {@link #NONE}. Two routers
     * select a host equally only by the same pattern.
     */
    int specificity(String host) {
        String lower = AsciiCase.lower(host);
        if (names.contains(lower)) {
            return OF_NAME;
        }
        int best = anyHost ? ANY_HOST : NONE;
        for (String suffix : suffixes) {
            if (lower.length() > suffix.length() && lower.endsWith(suffix)) {
                best = Math.max(best, ofSuffix(suffix));
            }
        }
        for (String prefix : prefixes) {
            if (lower.length() > prefix.length() && lower.startsWith(prefix)) {
                best = Math.max(best, ofPrefix(prefix));
            }
        }
        return best;
    }

    static int ofSuffix(String suffix) {
        return OF_SUFFIX + Math.min(suffix.length(), OF_PREFIX - 1);
    }

    static int ofPrefix(String prefix) {
        return OF_PREFIX + Math.min(prefix.length(), OF_PREFIX - 1);
    }
}
