package io.opensergo.governance.internal.rules;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.util.retry.Retry;

/** Follows rules of some kinds. A kind that cannot be had stays as it is, and counts as known. */
public final class RuleFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RuleFeed.class);

    /** A refusal may be mended, such as by a right that is given later. */
    private static final Retry AGAIN =
            Retry.backoff(Long.MAX_VALUE, Duration.ofMinutes(1))
                    .maxBackoff(Duration.ofHours(1))
                    .transientErrors(true)
                    .filter(SubscriptionRefusedException.class::isInstance);

    private final Consumer<UnaryOperator<RuleBook>> update;
    private final Disposable.Composite subscriptions = Disposables.composite();

    /**
     * Subscribes.
     *
     * @param kinds what is followed
     * @param update takes each change, on the thread that delivered it
     */
    public RuleFeed(
            OpenSergoClient client,
            Target target,
            Collection<RuleKind<? extends Rule>> kinds,
            Consumer<UnaryOperator<RuleBook>> update) {
        this.update = update;
        for (RuleKind<? extends Rule> kind : kinds) {
            subscriptions.add(
                    client.rules(target, kind)
                            .doOnError(error -> refuse(target, kind, error))
                            .retryWhen(AGAIN)
                            .onErrorComplete() // it was told above
                            .subscribe(this::accept));
        }
    }

    private void accept(RuleSnapshot<? extends Rule> snapshot) {
        update.accept(book -> book.with(snapshot.kind(), snapshot.rules(), snapshot.version()));
    }

    private void refuse(Target target, RuleKind<?> kind, Throwable error) {
        if (error instanceof SubscriptionRefusedException) {
            LOG.info("No new {} for {} for now: {}", kind.name(), target, error.getMessage());
        } else {
            LOG.error("No more {} for {}; the last ones stay in force", kind.name(), target, error);
        }
        update.accept(book -> book.withAnswered(kind));
    }

    /** Stops following. */
    @Override
    public void close() {
        subscriptions.dispose();
    }
}
