package io.opensergo.governance;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Follows every kind of rule that decisions need. A kind that cannot be had counts as without
 * rules.
 */
final class RuleFeed {

    private static final Logger LOG = LoggerFactory.getLogger(RuleFeed.class);

    private final Consumer<UnaryOperator<RuleBook>> update;
    private final Runnable onComplete;
    private final Disposable.Composite subscriptions = Disposables.composite();
    private final Set<RuleKind<?>> missing = ConcurrentHashMap.newKeySet();
    private final Sinks.Empty<Void> complete = Sinks.empty();

    /**
     * Subscribes.
     *
     * @param update takes each change, on the thread that delivered it
     * @param onComplete is run once, after the change with which no kind is missing any more
     */
    RuleFeed(
            OpenSergoClient client,
            Target target,
            Consumer<UnaryOperator<RuleBook>> update,
            Runnable onComplete) {
        this.update = update;
        this.onComplete = onComplete;
        missing.addAll(RuleBook.KINDS);
        for (RuleKind<? extends Rule> kind : RuleBook.KINDS) {
            subscriptions.add(
                    client.rules(target, kind)
                            .subscribe(this::accept, error -> refuse(target, kind, error)));
        }
    }

    private void accept(RuleSnapshot<? extends Rule> snapshot) {
        update.accept(book -> book.with(snapshot.kind(), snapshot.rules(), snapshot.version()));
        answered(snapshot.kind());
    }

    private void refuse(Target target, RuleKind<?> kind, Throwable error) {
        if (error instanceof SubscriptionRefusedException) {
            LOG.info("{} has no {}: {}", target, kind.name(), error.getMessage());
        } else {
            LOG.error("No more {} for {}; the last ones stay in force", kind.name(), target, error);
        }
        answered(kind);
    }

    private void answered(RuleKind<?> kind) {
        if (missing.remove(kind) && missing.isEmpty() && complete.tryEmitEmpty().isSuccess()) {
            onComplete.run();
        }
    }

    Mono<Void> complete() {
        return complete.asMono();
    }

    void close() {
        subscriptions.dispose();
    }
}
