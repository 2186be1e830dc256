package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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

    /**
     * Returns an instance at a host and port. A host that is a name is looked up now, once, on this
     * thread.
     */
    public static ServiceInstance of(String host, int port, Map<String, String> labels) {
        return new ServiceInstance(new InetSocketAddress(host, port), labels);
    }

    EquivalentAddressGroup toAddressGroup() {
        return new EquivalentAddressGroup(
                address, Attributes.newBuilder().set(OpenSergoGrpc.LABELS, labels).build());
    }
}
