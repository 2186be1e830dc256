package io.opensergo.client;

import static org.awaitility.Awaitility.await;

import io.opensergo.api.RuleSnapshot;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/** Follows a Flux and keeps what it signals. */
final class Recorder<R extends Rule> {

    private final List<RuleSnapshot<R>> snapshots = new CopyOnWriteArrayList<>();
    private final List<Object> ends = new CopyOnWriteArrayList<>();
    private final Disposable subscription;

    Recorder(Flux<RuleSnapshot<R>> flux) {
        subscription = flux.subscribe(snapshots::add, ends::add, () -> ends.add("completed"));
    }

    static RateLimitStrategy limit(String name, long threshold) {
        return RateLimitStrategy.builder(Metadata.of("default", "shop", name))
                .threshold(threshold)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    List<RuleSnapshot<R>> snapshots() {
        return snapshots;
    }

    List<Object> ends() {
        return ends;
    }

    Disposable subscription() {
        return subscription;
    }

    /** Waits for the snapshot of this number, from 0. */
    RuleSnapshot<R> get(int number) {
        await().until(() -> snapshots.size() > number);
        return snapshots.get(number);
    }

    /** Waits for a snapshot with just these rules to be the latest. */
    void awaitRules(Rule... rules) {
        await().until(
                        () ->
                                !snapshots.isEmpty()
                                        && snapshots
                                                .get(snapshots.size() - 1)
                                                .rules()
                                                .equals(List.of(rules)));
    }

    Object end() {
        await().until(() -> !ends.isEmpty());
        return ends.get(0);
    }
}
