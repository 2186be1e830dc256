package io.opensergo.grpc;

import io.grpc.EquivalentAddressGroup;
import io.grpc.SynchronizationContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/** Services besides that of a channel, which rules send its calls to; followed from then on. */
final class OtherServices {

    private static final Logger LOG = LoggerFactory.getLogger(OpenSergoGrpc.class);

    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);

    private final InstanceResolver resolver;
    private final SynchronizationContext context;
    private final Runnable onChange;

    /** As long as one has no list, it is being looked for. */
    private final Map<String, List<EquivalentAddressGroup>> known = new ConcurrentHashMap<>();

    /** Confined to the context. */
    private final Map<String, Disposable> followed = new HashMap<>();

    /**
     * Makes one that follows nothing yet.
     *
     * @param onChange called in the context
     */
    OtherServices(InstanceResolver resolver, SynchronizationContext context, Runnable onChange) {
        this.resolver = resolver;
        this.context = context;
        this.onChange = onChange;
    }

    InstanceResolver resolver() {
        return resolver;
    }

    /** Returns the instances of a service; {@code null} until they are known, which it tells of. */
    @Nullable List<EquivalentAddressGroup> instancesOf(String service) {
        List<EquivalentAddressGroup> list = known.get(service);
        if (list == null) {
            context.execute(() -> follow(service));
        }
        return list;
    }

    private void follow(String service) {
        if (followed.containsKey(service)) {
            return;
        }
        Disposable.Swap subscription = Disposables.swap();
        followed.put(service, subscription);
        subscription.update(
                Flux.defer(() -> resolver.instances(service))
                        .doOnError(error -> failed(service, error))
                        .retryWhen(
                                Retry.backoff(Long.MAX_VALUE, FIRST_BACKOFF)
                                        .maxBackoff(LONGEST_BACKOFF))
                        .subscribe(
                                list ->
                                        changed(
                                                service,
                                                list.stream()
                                                        .map(ServiceInstance::toAddressGroup)
                                                        .toList()),
                                error -> failed(service, error),
                                () -> unknown(service)));
    }

    private void failed(String service, Throwable error) {
        LOG.warn("The instances of '{}' cannot be told, it is asked again", service, error);
        unknown(service);
    }

    /** Calls are not to wait for a list that may never come. */
    private void unknown(String service) {
        if (!known.containsKey(service)) {
            changed(service, List.of());
        }
    }

    private void changed(String service, List<EquivalentAddressGroup> list) {
        known.put(service, list);
        context.execute(onChange);
    }

    void close() {
        followed.values().forEach(Disposable::dispose);
    }
}
