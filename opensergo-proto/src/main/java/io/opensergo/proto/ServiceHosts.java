package io.opensergo.proto;

/** Hosts of services, short in a router's document and fully qualified on the wire. */
final class ServiceHosts {

    private static final String CLUSTER_DOMAIN = ".svc.cluster.local";

    private final String suffix;

    /** Qualifies hosts with a router's namespace. */
    ServiceHosts(String namespace) {
        this.suffix = "." + namespace + CLUSTER_DOMAIN;
    }

    /** Returns {@code <host>.<namespace>.svc.cluster.local}, or the host if it is qualified. */
    String qualify(String host) {
        return host.endsWith(CLUSTER_DOMAIN) ? host : host + suffix;
    }

    /** Undoes {@link #qualify}, twice if the public control plane qualified a qualified host. */
    String shorten(String qualified) {
        String host = qualified;
        while (host.length() > suffix.length() && host.endsWith(suffix)) {
            host = host.substring(0, host.length() - suffix.length());
        }
        return host;
    }
}
