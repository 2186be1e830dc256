package io.opensergo.grpc;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;

/** Knows where services run. */
@FunctionalInterface
public interface InstanceResolver {

    /**
     * Follows the healthy instances of a service.
     *
     * <p><b>Signals:</b> all instances as they are now, and all of them again when they change; an
     * empty list if there are none. An error is logged or fails calls until there is a list, and
     * the Flux is subscribed to again; after completion the last list stays.
     *
     * <p><b>Subscription:</b> one for each channel and service, cancelled with the channel.
     *
     * <p><b>Backpressure:</b> none; all is asked for. <b>Threads:</b> any, but none that may not be
     * blocked for a moment.
     *
     * @param service as the target of the channel, or the rule that routes a call, names it
     */
    Flux<List<ServiceInstance>> instances(String service);

    /** Returns one that knows these services, which do not change. */
    static InstanceResolver of(Map<String, List<ServiceInstance>> instances) {
        Map<String, List<ServiceInstance>> known = new HashMap<>();
        instances.forEach((service, list) -> known.put(service, List.copyOf(list)));
        return service -> Flux.just(known.getOrDefault(service, List.of()));
    }
}
