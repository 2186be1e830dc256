package io.opensergo.spring.cloud;

import io.opensergo.governance.Guard;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A guard in the form of Spring Cloud's reactive circuit breaker: each subscription is guarded. */
final class ReactiveGuardCircuitBreaker implements ReactiveCircuitBreaker {

    private final Guard guard;

    ReactiveGuardCircuitBreaker(Guard guard) {
        this.guard = guard;
    }

    @Override
    public <T> Mono<T> run(Mono<T> toRun, @Nullable Function<Throwable, Mono<T>> fallback) {
        Mono<T> guarded = guard.protect(toRun);
        return fallback == null ? guarded : guarded.onErrorResume(fallback);
    }

    @Override
    public <T> Flux<T> run(Flux<T> toRun, @Nullable Function<Throwable, Flux<T>> fallback) {
        Flux<T> guarded = guard.protect(toRun);
        return fallback == null ? guarded : guarded.onErrorResume(fallback);
    }
}
