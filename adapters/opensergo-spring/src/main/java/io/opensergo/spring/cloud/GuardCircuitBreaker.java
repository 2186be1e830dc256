package io.opensergo.spring.cloud;

import io.opensergo.governance.Guard;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;

/** A guard in the form of Spring Cloud's circuit breaker. */
final class GuardCircuitBreaker implements CircuitBreaker {

    private final Guard guard;

    GuardCircuitBreaker(Guard guard) {
        this.guard = guard;
    }

    /** An {@code Error} is a failure, and is thrown on without the fallback. */
    @Override
    public <T> T run(Supplier<T> toRun, Function<Throwable, T> fallback) {
        try {
            return guard.call(toRun::get);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fallback.apply(e);
        } catch (Exception e) {
            return fallback.apply(e);
        }
    }
}
