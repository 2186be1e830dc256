package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.LimitExceededException;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.Target;
import io.opensergo.api.time.Ticker;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who follows which rules: takes followers in and lets them go, and begins a {@link Dialogue} about
 * what they follow on each stream. Confined to the event loop.
 */
final class Subscriptions {

    private final EventLoop loop;
    private final SubscriptionSettings settings;
    private final SnapshotCache cache;
    private final ReadyWaiters waiters = new ReadyWaiters();
    private final EditionCounter editions = new EditionCounter();
    private final Staleness staleness;
    private final InForce inForce;
    private final FollowedKeys keys;
    private final Dialogue.Setting setting;
    private final PushReader reader;
    private long streams = LastGood.NO_STREAM;
    private @Nullable Dialogue dialogue;
    private boolean closed;

    Subscriptions(
            EventLoop loop,
            Ticker ticker,
            Clock clock,
            SubscriptionSettings settings,
            Staleness staleness,
            SnapshotCache cache,
            ClientListener listener) {
        this.loop = loop;
        this.settings = settings;
        this.staleness = staleness;
        this.cache = cache;
        this.inForce = new InForce(waiters, staleness, cache);
        var revisions = new Revisions(loop, settings.revisionPatience(), editions, inForce);
        this.keys =
                new FollowedKeys(settings.limits(), revisions, waiters, staleness, cache, listener);
        this.setting =
                new Dialogue.Setting(
                        loop,
                        ticker,
                        clock,
                        settings,
                        keys,
                        revisions,
                        inForce,
                        new RequestIds(),
                        listener);
        this.reader = new PushReader(settings.limits(), ticker, listener);
    }

    /** Begins to ask for everything again from time to time. */
    void start() {
        if (!settings.refreshInterval().isZero()) {
            loop.schedule(Jitter.around(settings.refreshInterval()), this::refresh);
        }
    }

    private void refresh() {
        if (dialogue != null) {
            dialogue.refresh();
        }
        start();
    }

    /**
     * Begins the dialogue of a new stream.
     *
     * @param infoStub by which its control plane can be asked what silence means; {@code null}
     *     while it cannot
     */
    Dialogue begin(RuleStream stream, Supplier<@Nullable ControlPlaneInfoServiceStub> infoStub) {
        streams++;
        var begun = new Dialogue(setting, reader, streams, stream, infoStub);
        staleness.begin(streams, keys.all());
        keys.all().forEach(begun::follow);
        dialogue = begun;
        return begun;
    }

    /** The stream of the dialogue is over. */
    void end(Dialogue over) {
        over.end();
        dialogue = null;
    }

    <R extends Rule> void join(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        if (closed) {
            follower.fail(new ClientClosedException());
            return;
        }
        KeySubscription<?> known = keys.find(KeySubscription.wireKey(target, kind));
        if (known == null) {
            follow(target, kind, follower);
        } else if (known.kind().equals(kind)) {
            @SuppressWarnings("unchecked") // an equal kind has the same record class
            var same = (KeySubscription<R>) known;
            same.add(follower);
        } else {
            follower.fail(
                    new IllegalArgumentException(
                            kind
                                    + " of "
                                    + target
                                    + " is followed as "
                                    + known.kind().type()
                                    + " already, not as "
                                    + kind.type()));
        }
    }

    private <R extends Rule> void follow(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        var key = new KeySubscription<>(target, kind, editions);
        LimitExceededException exceeded = keys.add(key);
        if (exceeded != null) {
            follower.fail(exceeded);
            return;
        }
        key.add(follower);
        if (dialogue != null) {
            dialogue.follow(key);
            dialogue.flush();
        }
        cache.load(target, kind, kept -> restore(key, kept));
    }

    private <R extends Rule> boolean restore(KeySubscription<R> key, RuleSnapshot<R> kept) {
        boolean restored = keys.holds(key) && key.restore(kept);
        if (restored) {
            inForce.restored(key);
        }
        return restored;
    }

    <R extends Rule> void leave(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        KeySubscription<?> key = keys.find(KeySubscription.wireKey(target, kind));
        if (key != null && key.followers().remove(follower)) {
            if (settings.unsubscribeGrace().isZero()) {
                endIfAbandoned(key);
            } else {
                key.followers()
                        .closeBy(
                                loop.schedule(
                                        settings.unsubscribeGrace(), () -> endIfAbandoned(key)));
            }
        }
    }

    private void endIfAbandoned(KeySubscription<?> key) {
        if (key.followers().isEmpty() && keys.holds(key)) {
            keys.drop(key);
            if (dialogue != null) {
                dialogue.unfollow(key);
                dialogue.flush();
            }
        }
    }

    void await(ReadyWaiter waiter) {
        if (closed) {
            waiter.fail(new ClientClosedException());
        } else {
            waiters.add(waiter, keys.all());
        }
    }

    void stopWaiting(ReadyWaiter waiter) {
        waiters.remove(waiter);
    }

    /** Ends every Flux with completion; who comes behind this on the loop is refused. */
    void close() {
        closed = true;
        keys.close();
        waiters.close();
    }
}
