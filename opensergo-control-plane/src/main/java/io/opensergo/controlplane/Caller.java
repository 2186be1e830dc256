package io.opensergo.controlplane;

import io.grpc.Context;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call.
 *
 * @param principal the name that the authorizer gave it; empty if there is none
 * @param host where it comes from
 * @param address the same with the port
 */
record Caller(String principal, String host, String address) {

    static final Context.Key<Caller> KEY =
            Context.keyWithDefault("opensergo-caller", new Caller("", "", ""));

    /** Returns who makes the call that the current thread serves. */
    static Caller current() {
        return KEY.get();
    }

    static Caller at(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet && !inet.isUnresolved()) {
            String numeric = inet.getAddress().getHostAddress();
            String host = numeric.indexOf(':') < 0 ? numeric : "[" + numeric + "]";
            return new Caller("", host, host + ":" + inet.getPort());
        }
        return new Caller("", String.valueOf(address), String.valueOf(address));
    }

    Caller named(String name) {
        return new Caller(name, host, address);
    }

    /** Returns whom the streams of this caller are counted for. */
    String countedAs() {
        return principal.isEmpty() ? host : principal;
    }

    /** Returns for example {@code 'shop' at 10.0.0.1:4711}. */
    @Override
    public String toString() {
        return principal.isEmpty() ? address : "'" + principal + "' at " + address;
    }
}
