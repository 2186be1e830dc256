package io.opensergo.grpc;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Where the services of a test run, as they come and go. */
final class Registry implements InstanceResolver {

    /** The subscriptions that stand. */
    final AtomicInteger followers = new AtomicInteger();

    private final Map<String, Sinks.Many<List<ServiceInstance>>> services =
            new ConcurrentHashMap<>();

    void set(String service, ServiceInstance... instances) {
        sink(service).tryEmitNext(List.of(instances)).orThrow();
    }

    private Sinks.Many<List<ServiceInstance>> sink(String service) {
        return services.computeIfAbsent(service, name -> Sinks.many().replay().latest());
    }

    @Override
    public Flux<List<ServiceInstance>> instances(String service) {
        return sink(service)
                .asFlux()
                .doOnSubscribe(subscribed -> followers.incrementAndGet())
                .doFinally(end -> followers.decrementAndGet());
    }
}
