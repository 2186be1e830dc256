package io.opensergo.spring.cloud;

import io.opensergo.governance.Governor;
import java.util.function.Function;
import org.springframework.cloud.client.circuitbreaker.CircuitBreaker;
import org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory;

/**
 * Makes circuit breakers that are guards: {@code factory.create("prices").run(call, fallback)}
 * makes the call as the resource {@code prices}, by all rules that name it. A refused call goes to
 * the fallback with a {@link io.opensergo.governance.RequestRejectedException}, and so does one
 * that fails with its exception; a throttled one waits on its thread.
 */
public final class GuardCircuitBreakerFactory extends CircuitBreakerFactory<String, ResourceName> {

    private final Governor governor;
    private volatile Function<String, String> resourceOf = id -> id;

    /** Makes the factory of a governor. */
    public GuardCircuitBreakerFactory(Governor governor) {
        this.governor = governor;
    }

    @Override
    public CircuitBreaker create(String id) {
        String configured = getConfigurations().get(id);
        String resource = configured == null ? resourceOf.apply(id) : configured;
        return new GuardCircuitBreaker(governor.guard(resource));
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
