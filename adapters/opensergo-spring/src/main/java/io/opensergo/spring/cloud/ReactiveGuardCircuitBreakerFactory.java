package io.opensergo.spring.cloud;

import io.opensergo.governance.Governor;
import java.util.function.Function;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.ReactiveCircuitBreakerFactory;

/**
 * Makes circuit breakers that are guards: {@code factory.create("prices").run(mono, fallback)}
 * subscribes as the resource {@code prices}, by all rules that name it. A refused subscription goes
 * to the fallback with a {@link io.opensergo.governance.RequestRejectedException}, and so does one
 * that fails with its error; a throttled one waits without a thread.
 */
public final class ReactiveGuardCircuitBreakerFactory
        extends ReactiveCircuitBreakerFactory<String, ResourceName> {

    private final Governor governor;
    private volatile Function<String, String> resourceOf = id -> id;

    /** Makes the factory of a governor. */
    public ReactiveGuardCircuitBreakerFactory(Governor governor) {
        this.governor = governor;
    }

    @Override
    public ReactiveCircuitBreaker create(String id) {
        String configured = getConfigurations().get(id);
        String resource = configured == null ? resourceOf.apply(id) : configured;
        return new ReactiveGuardCircuitBreaker(governor.guard(resource));
    }

    @Override
    protected ResourceName configBuilder(String id) {
        return new ResourceName(id);
    }

    /** Sets which resource an id stands for, where {@link #configure} does not say. */
    @Override
    public void configureDefault(Function<String, String> resourceOf) {
        this.resourceOf = resourceOf;
    }
}
