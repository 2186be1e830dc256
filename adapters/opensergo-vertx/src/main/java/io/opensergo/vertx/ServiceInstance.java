package io.opensergo.vertx;

import io.vertx.core.net.SocketAddress;
import java.util.Map;
import java.util.Objects;

/**
 * An instance of a service. Immutable.
 *
 * @param address where it listens
 * @param labels what it is, as rules ask for it: for example {@code version=v2}
 */
public record ServiceInstance(SocketAddress address, Map<String, String> labels) {

    /** Copies the labels. */
    public ServiceInstance {
        Objects.requireNonNull(address, "address");
        labels = Map.copyOf(labels);
    }

    /** Returns an instance at a host and port. */
    public static ServiceInstance of(String host, int port, Map<String, String> labels) {
        return new ServiceInstance(SocketAddress.inetSocketAddress(port, host), labels);
    }
}
