package io.opensergo.governance;

import java.util.function.Function;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;

/** A Mono each of whose subscriptions is a guarded request. */
final class GuardedMono<T> extends MonoOperator<T, T> {

    private final Guard guard;
    private final Function<? super T, Outcome> outcomeOf;

    GuardedMono(Mono<T> source, Guard guard, Function<? super T, Outcome> outcomeOf) {
        super(source);
        this.guard = guard;
        this.outcomeOf = outcomeOf;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> actual) {
        GuardedSubscriber.subscribe(guard, source, outcomeOf, actual);
    }
}
