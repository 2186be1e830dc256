package io.opensergo.grpc;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * Tells a channel of the instances of a service. gRPC calls it in the synchronization context of
 * the channel, to which everything here is confined.
 */
final class InstanceNameResolver extends NameResolver {

    /** Where the instances of other services are known, for a rule that routes a call to them. */
    @SuppressWarnings("deprecation") // Attributes of a resolution have no other keys
    static final Attributes.Key<InstanceResolver> INSTANCES =
            Attributes.Key.create("io.opensergo.grpc.instances");

    private final String service;
    private final InstanceResolver instances;
    private final SynchronizationContext context;

    private @Nullable Listener2 listener;
    private @Nullable Disposable subscription;

    InstanceNameResolver(
            String service, InstanceResolver instances, SynchronizationContext context) {
        this.service = service;
        this.instances = instances;
        this.context = context;
    }

    @Override
    public String getServiceAuthority() {
        return service;
    }

    @Override
    public void start(Listener2 told) {
        listener = told;
        subscribe(told);
    }

    /** gRPC asks, with backoff, after an error; a subscription that stands needs no more. */
    @Override
    public void refresh() {
        Listener2 told = listener;
        if (told != null && subscription == null) {
            subscribe(told);
        }
    }

    private void subscribe(Listener2 told) {
        subscription =
                Flux.defer(() -> instances.instances(service))
                        .subscribe(
                                list -> context.execute(() -> tell(told, list)),
                                error -> context.execute(() -> fail(told, error)));
    }

    @SuppressWarnings("deprecation") // what replaces setAddresses is not in 1.60
    private void tell(Listener2 told, List<ServiceInstance> list) {
        if (listener == null) {
            return;
        }
        List<EquivalentAddressGroup> addresses =
                list.stream().map(ServiceInstance::toAddressGroup).toList();
        told.onResult(
                ResolutionResult.newBuilder()
                        .setAddresses(addresses)
                        .setAttributes(Attributes.newBuilder().set(INSTANCES, instances).build())
                        .build());
    }

    private void fail(Listener2 told, Throwable error) {
        subscription = null;
        if (listener != null) {
            told.onError(
                    Status.UNAVAILABLE
                            .withDescription("the instances of '" + service + "' are not known")
                            .withCause(error));
        }
    }

    @Override
    public void shutdown() {
        listener = null;
        Disposable following = subscription;
        if (following != null) {
            following.dispose();
        }
    }
}
