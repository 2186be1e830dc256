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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks an address resolver of Vert.x, whose endpoints are lists of instances here.
 *
 * @param <A> its addresses
 * @param <S> its servers
 * @param <D> its data of an address, which it keeps current by itself or declares invalid
 */
final class ResolvedAddresses<A extends Address, S, D> implements InstanceResolver {

    private static final int MAX_KEPT = 10_000;

    private final EndpointResolver<A, S, D, List<ServiceInstance>> resolver;
    private final Function<String, ? extends @Nullable A> addressOf;
    private final Function<? super SocketAddress, Map<String, String>> labelsOf;

    /**
     * Of services that rules and requests name; what was resolved, or is being resolved. Up to a
     * bound: those beyond it are resolved for each request.
     */
    private final Map<String, Future<D>> resolved = new ConcurrentHashMap<>();

    private final AtomicBoolean closed = new AtomicBoolean();

    /** The resolver does not mind what endpoints are: we make them. */
    @SuppressWarnings("unchecked")
    ResolvedAddresses(
            EndpointResolver<A, S, D, ?> resolver,
            Function<String, ? extends @Nullable A> addressOf,
            Function<? super SocketAddress, Map<String, String>> labelsOf) {
        this.resolver = (EndpointResolver<A, S, D, List<ServiceInstance>>) resolver;
        this.addressOf = addressOf;
        this.labelsOf = labelsOf;
    }

    @Override
    public Future<List<ServiceInstance>> resolve(String service) {
        Future<D> data = resolved.get(service);
        if (data == null) {
            return resolveAnew(service);
        }
        if (data.succeeded() && !resolver.isValid(data.result())) {
            if (resolved.remove(service, data)) {
                resolver.dispose(data.result());
            }
            return resolveAnew(service);
        }
        return instances(data);
    }

    private Future<List<ServiceInstance>> resolveAnew(String service) {
        A address = addressOf.apply(service);
        if (address == null) {
            return Future.succeededFuture(List.of());
        }
        if (resolved.size() >= MAX_KEPT) {
            return resolver.resolve(address, new Root()).map(this::onlyNow);
        }
        Future<D> data =
                resolved.computeIfAbsent(service, name -> resolver.resolve(address, new Root()));
        data.onFailure(e -> resolved.remove(service, data));
        return instances(data);
    }

    private Future<List<ServiceInstance>> instances(Future<D> data) {
        return data.succeeded()
                ? Future.succeededFuture(resolver.endpoint(data.result()))
                : data.map(resolver::endpoint);
    }

    private List<ServiceInstance> onlyNow(D data) {
        try {
            return resolver.endpoint(data);
        } finally {
            resolver.dispose(data);
        }
    }

    /** Frees what the resolver holds. Does nothing to one that is closed. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        resolved.forEach(
                (service, data) -> {
                    if (resolved.remove(service, data)) {
                        data.onSuccess(resolver::dispose);
                    }
                });
        resolver.close();
    }

    /** What a resolver begins with, again each time the servers of its address have changed. */
    private final class Root implements EndpointBuilder<List<ServiceInstance>, S> {

        @Override
        public EndpointBuilder<List<ServiceInstance>, S> addServer(S server, String key) {
            return new Instances().addServer(server, key);
        }

        @Override
        public List<ServiceInstance> build() {
            return List.of();
        }
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
