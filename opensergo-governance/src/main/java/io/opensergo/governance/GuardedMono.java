package io.opensergo.governance;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** A Mono each of whose subscriptions is a guarded request. */
final class GuardedMono<T> extends MonoOperator<T, T> {

    private final Guard guard;

    GuardedMono(Mono<T> source, Guard guard) {
        super(source);
        this.guard = guard;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        GuardedSubscriber.subscribe(guard, source, actual);
    }
}
