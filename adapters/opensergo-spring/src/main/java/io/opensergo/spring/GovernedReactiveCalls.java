package io.opensergo.spring;

import io.opensergo.spring.internal.CallGuards;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;

/** Guards the calls of {@code WebClient} as {@link GovernedCalls} does those of other clients. */
public final class GovernedReactiveCalls {

    private final CallGuards guards;

    /** Makes the filter of what guards other calls, with the same guards and exclusions. */
    public GovernedReactiveCalls(GovernedCalls calls) {
        this.guards = calls.guards();
    }

    /** Returns a filter for {@code WebClient}. A throttled call waits without a thread. */
    public ExchangeFilterFunction filter() {
        return new CallFilter(guards);
    }
}
