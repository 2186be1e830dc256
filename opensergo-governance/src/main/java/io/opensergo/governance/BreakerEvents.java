package io.opensergo.governance;

import io.opensergo.governance.internal.limiter.CircuitBreaker.Phase;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Takes transitions from the threads of requests and tells them, in order, on a worker of its own.
 */
final class BreakerEvents {

    private static final Logger LOG = LoggerFactory.getLogger(BreakerEvents.class);

    private final Scheduler.Worker worker = Schedulers.boundedElastic().createWorker();
    private final Sinks.Many<BreakerTransition> sink = Sinks.many().multicast().directBestEffort();

    void publish(GuardedResource resource, String strategy, Phase from, Phase to) {
        var transition =
                new BreakerTransition(
                        resource.name(),
                        resource.direction(),
                        strategy,
                        BreakerState.of(from),
                        BreakerState.of(to),
                        Instant.now());
        try {
            worker.schedule(() -> tell(transition));
        } catch (RejectedExecutionException e) {
            LOG.debug("The governor is closed; nobody is told of {}", transition, e);
        }
    }

    private void tell(BreakerTransition transition) {
        LOG.info(
                "Circuit breaker '{}' of '{}', {}, goes from {} to {}",
                transition.strategy(),
                transition.resource(),
                transition.direction().label(),
                transition.from(),
                transition.to());
        sink.tryEmitNext(transition);
    }

    Flux<BreakerTransition> transitions() {
        return sink.asFlux();
    }

    /** Completes the Flux after the transitions so far. */
    void close() {
        try {
            worker.schedule(
                    () -> {
                        sink.tryEmitComplete();
                        worker.dispose();
                    });
        } catch (RejectedExecutionException e) {
            sink.tryEmitComplete();
        }
    }
}
