package io.opensergo.spring;

import org.springframework.web.reactive.function.client.ExchangeFilterFunction;

/** Guards the calls of {@code WebClient} as {@link GovernedCalls} does those of other clients. */
public final class GovernedReactiveCalls {

    private final GovernedCalls calls;

    /** Makes the filter of what guards other calls, with the same guards and exclusions. */
    public GovernedReactiveCalls(GovernedCalls calls) {
        this.calls = calls;
    }

    /** Returns a filter for {@code WebClient}. A throttled call waits without a thread. */
    public ExchangeFilterFunction filter() {
        return new CallFilter(calls.guards(), calls.routes());
    }
}
