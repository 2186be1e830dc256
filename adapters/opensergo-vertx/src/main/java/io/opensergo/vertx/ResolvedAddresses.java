package io.opensergo.vertx;

import io.vertx.core.Future;
import io.vertx.core.net.Address;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.endpoint.EndpointBuilder;
import io.vertx.core.spi.endpoint.EndpointResolver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Asks an address resolver of Vert.x, whose endpoints are lists of instances here.
 *
 * @param <A> its addresses
 * @param <S> its servers
 * @param <D> its data of an address, which it keeps current by itself or declares invalid
 */
final class ResolvedAddresses<A extends Address, S, D> implements InstanceResolver {

    private final EndpointResolver<A, S, D, List<ServiceInstance>> resolver;
    private final Function<String, ? extends A> addressOf;
    private final Function<? super SocketAddress, Map<String, String>> labelsOf;

    /** Of services that rules and requests name; what was resolved, or is being resolved. */
    private final Map<String, Future<D>> resolved = new ConcurrentHashMap<>();

    /** The resolver does not mind what endpoints are: we make them. */
    @SuppressWarnings("unchecked")
    ResolvedAddresses(
            EndpointResolver<A, S, D, ?> resolver,
            Function<String, ? extends A> addressOf,
            Function<? super SocketAddress, Map<String, String>> labelsOf) {
        this.resolver = (EndpointResolver<A, S, D, List<ServiceInstance>>) resolver;
        this.addressOf = addressOf;
        this.labelsOf = labelsOf;
    }

    @Override
    public Future<List<ServiceInstance>> resolve(String service) {
        Future<D> data = resolved.get(service);
        if (data == null) {
            data = resolveAnew(service);
        } else if (data.succeeded() && !resolver.isValid(data.result())) {
            if (resolved.remove(service, data)) {
                resolver.dispose(data.result());
            }
            data = resolveAnew(service);
        }
        return data.succeeded()
                ? Future.succeededFuture(resolver.endpoint(data.result()))
                : data.map(resolver::endpoint);
    }

    private Future<D> resolveAnew(String service) {
        Future<D> data =
                resolved.computeIfAbsent(
                        service, name -> resolver.resolve(addressOf.apply(name), new Instances()));
        data.onFailure(e -> resolved.remove(service, data));
        return data;
    }

    /** Collects the servers of an address. */
    private final class Instances implements EndpointBuilder<List<ServiceInstance>, S> {

        private final List<ServiceInstance> found = new ArrayList<>();

        @Override
        public EndpointBuilder<List<ServiceInstance>, S> addServer(S server, String key) {
            SocketAddress address = resolver.addressOf(server);
            found.add(new ServiceInstance(address, labelsOf.apply(address)));
            return this;
        }

        @Override
        public List<ServiceInstance> build() {
            return List.copyOf(found);
        }
    }
}
