package io.opensergo.governance.plan;

import io.opensergo.api.OpenSergoClient;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Follows rules of some kinds, so that an edit across kinds takes effect as one. A kind that cannot
 * be had stays as it is, and counts as known.
 */
public final class RuleFeed implements Feed {

    private static final Logger LOG = LoggerFactory.getLogger(RuleFeed.class);

    /** A refusal may be mended, such as by a right that is given later. */
    private static final Retry AGAIN =
            Retry.backoff(Long.MAX_VALUE, Duration.ofMinutes(1))
                    .maxBackoff(Duration.ofHours(1))
                    .transientErrors(true)
                    .filter(SubscriptionRefusedException.class::isInstance);

    private final Target target;
    private final Consumer<UnaryOperator<RuleBook>> update;
    private final Disposable.Composite subscriptions = Disposables.composite();
    private final Scheduler timer = Schedulers.parallel();

    private final Object lock = new Object();
    private final RuleAssembly assembly; // guarded by lock, as are the next two
    private Disposable expiry = Disposables.disposed();
    private long expiryNanos;

    /**
     * Subscribes. If that fails, what was subscribed to is left again.
     *
     * @param kinds what is followed
     * @param update takes each change, on the thread that delivered it, or on one of {@code
     *     Schedulers.parallel()} if an edit stays incomplete
     */
    public RuleFeed(
            OpenSergoClient client,
            Target target,
            List<RuleKind<? extends Rule>> kinds,
            Consumer<UnaryOperator<RuleBook>> update) {
        this.target = target;
        this.update = update;
        this.assembly = new RuleAssembly(kinds);
        try {
            for (RuleKind<? extends Rule> kind : kinds) {
                subscriptions.add(
                        client.rules(target, kind)
                                .doOnError(error -> refuse(kind, error))
                                .retryWhen(AGAIN)
                                .onErrorComplete() // it was told above
                                .subscribe(this::accept));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void accept(RuleSnapshot<? extends Rule> snapshot) {
        boolean changed;
        synchronized (lock) {
            long now = System.nanoTime();
            changed = assembly.arrived(snapshot, now);
            expireLater(now);
        }
        publishIf(changed);
    }

    private void refuse(RuleKind<?> kind, Throwable error) {
        if (error instanceof SubscriptionRefusedException) {
            LOG.info("No new {} for {} for now: {}", kind.name(), target, error.getMessage());
        } else {
            LOG.error("No more {} for {}; the last ones stay in force", kind.name(), target, error);
        }
        synchronized (lock) {
            long now = System.nanoTime();
            assembly.unavailable(kind, now);
            expireLater(now);
        }
        publishIf(true);
    }

    /**
     * @param dueNanos the time for which this was scheduled, which it is by now
     */
    private void expire(long dueNanos) {
        boolean changed;
        List<RuleKind<?>> missing;
        synchronized (lock) {
            long now = Math.max(0, System.nanoTime() - dueNanos) + dueNanos;
            missing = assembly.missing();
            changed = assembly.expire(now);
            expireLater(now);
        }
        if (changed && !missing.isEmpty()) {
            LOG.warn(
                    "An edit of the rules of {} lacks its {}; the rest takes effect without",
                    target,
                    missing.stream().map(RuleKind::name).collect(Collectors.joining(", ")));
        }
        publishIf(changed);
    }

    private void expireLater(long nowNanos) {
        long delay = assembly.nanosToExpiry(nowNanos);
        long due = nowNanos + delay;
        if (!expiry.isDisposed() && delay != 0 && due == expiryNanos) {
            return;
        }
        expiry.dispose();
        expiryNanos = due;
        expiry =
                delay == 0 || subscriptions.isDisposed()
                        ? Disposables.disposed()
                        : timer.schedule(() -> expire(due), delay, TimeUnit.NANOSECONDS);
    }

    /** Outside the lock; of two that publish at once, either may bring what both know. */
    private void publishIf(boolean changed) {
        if (changed) {
            update.accept(before -> book());
        }
    }

    private RuleBook book() {
        synchronized (lock) {
            return assembly.book();
        }
    }

    /** Returns the target. */
    @Override
    public String name() {
        return target.toString();
    }

    @Override
    public void close() {
        subscriptions.dispose();
        synchronized (lock) {
            expiry.dispose();
        }
    }
}
