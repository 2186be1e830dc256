package io.opensergo.governance.routing;

/**
 * Names of services: short in rules, qualified by a namespace on the wire. Both are the same
 * service; names are compared without regard to case, as those of the DNS are.
 */
final class ServiceName {

    private static final String CLUSTER_DOMAIN = ".svc.cluster.local";

    private ServiceName() {}

    /**
     * Returns {@code <host>.<namespace>.svc.cluster.local} without capitals, or the host itself if
     * it is qualified.
     */
    static String qualify(String host, String namespace) {
        String lower = AsciiCase.lower(host);
        return lower.endsWith(CLUSTER_DOMAIN) ? lower : lower + domain(namespace);
    }

    /** Undoes {@link #qualify}; a host of another namespace stays as it is. */
    static String shorten(String host, String namespace) {
        String lower = AsciiCase.lower(host);
        String domain = domain(namespace);
        return lower.length() > domain.length() && lower.endsWith(domain)
                ? lower.substring(0, lower.length() - domain.length())
                : lower;
    }

    private static String domain(String namespace) {
        return "." + AsciiCase.lower(namespace) + CLUSTER_DOMAIN;
    }
}
