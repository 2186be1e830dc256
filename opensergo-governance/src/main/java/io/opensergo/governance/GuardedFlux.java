package io.opensergo.governance;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;

/** A Flux each of whose subscriptions is a guarded request. */
final class GuardedFlux<T> extends FluxOperator<T, T> {

    private final Guard guard;

    GuardedFlux(Flux<T> source, Guard guard) {
        super(source);
        this.guard = guard;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        GuardedSubscriber.subscribe(guard, source, Guard.SUCCEEDED, actual);
    }
}
