package io.opensergo.proto;

import io.opensergo.rules.traffic.Destination;
import io.opensergo.rules.traffic.Destination.Fallback;
import io.opensergo.rules.traffic.Destination.Port;
import org.jspecify.annotations.Nullable;

/**
 * The name of a cluster: {@code outbound|<port>|<subset>|<qualified host>}, in which port and
 * subset may be empty. A name of another form is that of a host.
 */
record ClusterName(String host, @Nullable String subset, @Nullable Port port) {

    private static final String OUTBOUND = "outbound|";
    private static final char BAR = '|';

    static String of(Destination destination, ServiceHosts hosts) {
        Port port = destination.port();
        return format(
                port == null ? "" : Integer.toString(port.number()),
                destination.subset(),
                hosts.qualify(destination.host()));
    }

    static String of(Fallback fallback, ServiceHosts hosts) {
        return format("", fallback.subset(), hosts.qualify(fallback.host()));
    }

    private static String format(String port, @Nullable String subset, String qualifiedHost) {
        return OUTBOUND + port + BAR + (subset == null ? "" : subset) + BAR + qualifiedHost;
    }

    static ClusterName parse(String name, ServiceHosts hosts) {
        int portEnd = name.startsWith(OUTBOUND) ? name.indexOf(BAR, OUTBOUND.length()) : -1;
        int subsetEnd = portEnd < 0 ? -1 : name.indexOf(BAR, portEnd + 1);
        if (subsetEnd < 0) {
            return new ClusterName(hosts.shorten(name), null, null);
        }
        String subset = name.substring(portEnd + 1, subsetEnd);
        return new ClusterName(
                hosts.shorten(name.substring(subsetEnd + 1)),
                subset.isEmpty() ? null : subset,
                port(name.substring(OUTBOUND.length(), portEnd)));
    }

    private static @Nullable Port port(String text) {
        if (text.isEmpty()) {
            return null;
        }
        try {
            int number = Integer.parseInt(text);
            return number <= 0
                    ? null
                    : Port.builder().number(number).build(); // not set if 0 or less
        } catch (IllegalArgumentException e) { // no number, or no port
            throw MessageFaults.invalid(
                    "",
                    "must have a port from 1 to 65535, or none",
                    '"' + Texts.abbreviate(text, 40) + '"');
        }
    }

    Destination toDestination(@Nullable Fallback fallback) {
        return Destination.builder()
                .host(host)
                .subset(subset)
                .port(port)
                .fallback(fallback)
                .build();
    }

    Fallback toFallback() {
        return Fallback.builder().host(host).subset(subset).build();
    }
}
