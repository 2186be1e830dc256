package io.opensergo.governance;

import io.opensergo.api.ConnectionState;
import io.opensergo.api.DecisionReport;
import io.opensergo.api.Edition;
import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.Origin;
import io.opensergo.api.Readiness;
import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.contract.ApplicationMetadata;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A client whose rules a test publishes, in the order it likes. */
class FakeClient implements OpenSergoClient {

    private static final Target TARGET = Target.of("shop");

    private final Map<Target, Supplier<DecisionReport>> reporting = new ConcurrentHashMap<>();
    private final Sinks.Many<Integer> instances = Sinks.many().replay().latest();
    private final Map<RuleKind<?>, Sinks.Many<RuleSnapshot<?>>> sinks = new ConcurrentHashMap<>();

    void publish(RuleKind<?> kind, long version, Rule... rules) {
        publish(kind, Edition.UNKNOWN, version, rules);
    }

    /** Publishes a snapshot that says what belongs to it. */
    void publish(RuleKind<?> kind, Edition edition, long version, Rule... rules) {
        publish(snapshot(kind, version, List.of(rules), List.of()).in(edition));
    }

    /** Publishes what is left of a push that could not be used in full. */
    void reject(RuleKind<?> kind, long version, RejectedRule rejected, Rule... rules) {
        publish(snapshot(kind, version, List.of(rules), List.of(rejected)));
    }

    private void publish(RuleSnapshot<?> snapshot) {
        sink(snapshot.kind()).tryEmitNext(snapshot).orThrow();
    }

    /** Ends the Flux of a kind; whoever subscribes anew gets another. */
    void fail(RuleKind<?> kind, Throwable error) {
        Sinks.Many<RuleSnapshot<?>> failed = sink(kind);
        sinks.remove(kind);
        failed.tryEmitError(error).orThrow();
    }

    int subscribers() {
        return sinks.values().stream().mapToInt(Sinks.Many::currentSubscriberCount).sum();
    }

    private Sinks.Many<RuleSnapshot<?>> sink(RuleKind<?> kind) {
        return sinks.computeIfAbsent(kind, one -> Sinks.many().replay().latest());
    }

    private static <R extends Rule> RuleSnapshot<R> snapshot(
            RuleKind<R> kind, long version, List<Rule> rules, List<RejectedRule> rejected) {
        return new RuleSnapshot<>(
                TARGET,
                kind,
                version,
                Origin.CONTROL_PLANE,
                Instant.now(),
                rules.stream().map(kind.type()::cast).toList(),
                rejected);
    }

    @Override
    @SuppressWarnings("unchecked") // published under its own kind
    public <R extends Rule> Flux<RuleSnapshot<R>> rules(Target target, RuleKind<R> kind) {
        return Flux.defer(() -> sink(kind).asFlux()).map(snapshot -> (RuleSnapshot<R>) snapshot);
    }

    @Override
    public Target target() {
        return TARGET;
    }

    @Override
    public Mono<Readiness> ready() {
        return Mono.error(new UnsupportedOperationException());
    }

    @Override
    public Mono<Void> report(ApplicationMetadata metadata) {
        return Mono.error(new UnsupportedOperationException());
    }

    @Override
    public Flux<Integer> reportDecisions(Target target, Supplier<DecisionReport> decisions) {
        return instances
                .asFlux()
                .doOnSubscribe(one -> reporting.put(target, decisions))
                .doOnCancel(() -> reporting.remove(target));
    }

    /** Tells how many instances report. */
    void tellInstances(int count) {
        instances.tryEmitNext(count).orThrow();
    }

    /** Returns what is decided, by the targets that report. */
    Map<Target, Supplier<DecisionReport>> reporting() {
        return reporting;
    }

    @Override
    public ConnectionState state() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Flux<ConnectionState> states() {
        return Flux.error(new UnsupportedOperationException());
    }

    @Override
    public void close() {}
}
