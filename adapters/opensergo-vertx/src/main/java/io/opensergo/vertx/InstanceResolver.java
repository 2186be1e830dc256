package io.opensergo.vertx;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.Address;
import io.vertx.core.net.AddressResolver;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Knows where services run.
 *
 * <p>It is asked for each request, on the context of the request, and must not block; a future that
 * is complete costs nothing.
 */
@FunctionalInterface
public interface InstanceResolver {

    /**
     * Returns the healthy instances of a service, empty if it knows none. A future that fails,
     * fails the request.
     *
     * @param service as the request, or the rule that routes it, names it
     */
    Future<List<ServiceInstance>> resolve(String service);

    /** Returns one that knows no service, so that requests go where they say. */
    static InstanceResolver none() {
        return UnknownInstances.RESOLVER;
    }

    /** Returns one that knows these services, which do not change. */
    static InstanceResolver of(Map<String, List<ServiceInstance>> instances) {
        Map<String, Future<List<ServiceInstance>>> known = new HashMap<>();
        instances.forEach(
                (service, list) -> known.put(service, Future.succeededFuture(List.copyOf(list))));
        Future<List<ServiceInstance>> unknown = Future.succeededFuture(List.of());
        return service -> known.getOrDefault(service, unknown);
    }

    /**
     * Returns one that asks an address resolver of Vert.x, such as those of vertx-service-resolver;
     * it is asked again once what it said is no longer valid, or if it failed. It is closed with
     * the {@link OpenSergoVertx} whose clients use it.
     *
     * @param resolver for the addresses that are made of services
     * @param addressOf the address of a service, or {@code null} for a host that is none: requests
     *     to it go where they would go without rules, while a service that the resolver fails to
     *     find fails its requests
     * @param labelsOf the labels of an instance, given where it listens. A resolver's own record of
     *     an instance is its secret; labels that are only there come by an InstanceResolver of the
     *     application's own
     */
    static <A extends Address> InstanceResolver of(
            Vertx vertx,
            AddressResolver<A> resolver,
            Function<String, ? extends @Nullable A> addressOf,
            Function<? super SocketAddress, Map<String, String>> labelsOf) {
        return new ResolvedAddresses<>(resolver.endpointResolver(vertx), addressOf, labelsOf);
    }
}
