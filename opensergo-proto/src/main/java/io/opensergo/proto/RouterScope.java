package io.opensergo.proto;

import java.util.function.Consumer;

/** What the parts of one router need while it is decoded. Confined to one thread. */
final class RouterScope {

    private final ServiceHosts hosts;
    private final Consumer<String> warnings;
    private int route;

    RouterScope(ServiceHosts hosts, Consumer<String> warnings) {
        this.hosts = hosts;
        this.warnings = warnings;
    }

    ServiceHosts hosts() {
        return hosts;
    }

    /** Goes on to a route, which warnings are then about. */
    void enter(int route) {
        this.route = route;
    }

    void warn(String text) {
        warnings.accept("virtual_hosts[0].routes[" + route + "] " + text);
    }
}
