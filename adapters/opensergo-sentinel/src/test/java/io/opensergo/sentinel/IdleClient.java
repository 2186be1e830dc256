package io.opensergo.sentinel;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Readiness;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.contract.ApplicationMetadata;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A client that no rule ever comes to, and that knows whether it was closed. */
class IdleClient implements OpenSergoClient {

    private volatile boolean closed;

    boolean isClosed() {
        return closed;
    }

    @Override
    public <R extends Rule> Flux<RuleSnapshot<R>> rules(Target target, RuleKind<R> kind) {
        return Flux.never();
    }

    @Override
    public Target target() {
        return Target.of(Rules.APP);
    }

    @Override
    public Mono<Readiness> ready() {
        return Mono.never();
    }

    @Override
    public Mono<Void> report(ApplicationMetadata metadata) {
        return Mono.never();
    }

    @Override
    public ConnectionState state() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Flux<ConnectionState> states() {
        return Flux.never();
    }

    @Override
    public void close() {
        closed = true;
    }
}
