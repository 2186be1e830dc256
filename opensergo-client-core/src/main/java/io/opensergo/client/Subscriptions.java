package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.LimitExceededException;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.StaleRulesException;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;

/**
 * Every key that is followed, and the dialogue with the control plane about them. Confined to the
 * event loop.
 */
final class Subscriptions implements Connection.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    /** How much of a control plane's words is shown. */
    private static final int MAX_REASON = 1000;

    private final EventLoop loop;
    private final SubscriptionSettings settings;
    private final Clock clock;
    private final SnapshotCache cache;
    private final Consumer<ConnectionState> onState;
    private final ClientListener listener;
    private final Map<WireKey, KeySubscription<?>> keys = new LinkedHashMap<>();
    private final Map<RuleKind<?>, Integer> keysByKind = new HashMap<>();
    private final Outbox outbox = new Outbox(this::expectAnswer);
    private final PushIntake intake;
    private final EditionCounter editions = new EditionCounter();
    private final Revisions revisions;
    private final Silence silence;

    /** Keys that were asked for on this stream and about which nothing was said. */
    private final Set<KeySubscription<?>> silent = new LinkedHashSet<>();

    /** Those whose patience ended before it was known what silence means on this stream. */
    private final Set<KeySubscription<?>> undecided = new LinkedHashSet<>();

    /** Keys whose rules in force are from before this stream. */
    private final Set<KeySubscription<?>> stale = new LinkedHashSet<>();

    private final List<ReadyWaiter> waiters = new ArrayList<>(1);
    private @Nullable Connection connection;
    private Disposable patience = Disposables.disposed();
    private long patienceEndsNanos;
    private boolean closed;

    Subscriptions(
            EventLoop loop,
            SubscriptionSettings settings,
            Clock clock,
            SnapshotCache cache,
            ClientListener listener,
            Consumer<ConnectionState> onState) {
        this.loop = loop;
        this.settings = settings;
        this.clock = clock;
        this.cache = cache;
        this.listener = listener;
        this.intake = new PushIntake(settings.limits(), clock, outbox, listener);
        this.revisions = new Revisions(loop, settings.revisionPatience(), editions, this::released);
        this.silence = new Silence(loop, this::explainSilence);
        this.onState = onState;
    }

    /** Begins the dialogue. */
    void start(Connection used) {
        connection = used;
        used.open();
        refreshLater();
    }

    <R extends Rule> void join(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        if (closed) {
            follower.fail(new ClientClosedException());
            return;
        }
        KeySubscription<?> known = keys.get(WireKey.of(target, kind));
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
        var key = new KeySubscription<>(target, kind, settings.settleTime(), editions);
        LimitExceededException exceeded = exceededBy(key);
        if (exceeded != null) {
            LOG.warn(exceeded.getMessage());
            follower.fail(exceeded);
            return;
        }
        keys.put(key.wireKey(), key);
        revisions.add(key);
        keysByKind.merge(kind, 1, Integer::sum);
        listener.onFollow(key.key());
        key.add(follower);
        outbox.subscribe(key);
        outbox.flush(stream());
        cache.load(target, kind, kept -> restore(key, kept));
    }

    private <R extends Rule> boolean restore(KeySubscription<R> key, RuleSnapshot<R> kept) {
        boolean restored = keys.get(key.wireKey()) == key && key.restore(kept);
        if (restored) {
            stale.add(key);
            updatePhase();
            tellWaiters(key);
        }
        return restored;
    }

    private @Nullable LimitExceededException exceededBy(KeySubscription<?> key) {
        ClientLimits limits = settings.limits();
        boolean newKind = !keysByKind.containsKey(key.kind());
        if (keys.size() >= limits.maxKeys()) {
            return exceeded(key, Limit.KEYS, "maxKeys", limits.maxKeys());
        }
        return newKind && keysByKind.size() >= limits.maxKinds()
                ? exceeded(key, Limit.KINDS, "maxKinds", limits.maxKinds())
                : null;
    }

    private LimitExceededException exceeded(
            KeySubscription<?> key, Limit limit, String setting, int allowed) {
        listener.onLimit(new LimitEvent(limit, allowed, allowed + 1L, key.key()));
        return new LimitExceededException(key.key(), setting, allowed);
    }

    <R extends Rule> void leave(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        KeySubscription<?> key = keys.get(WireKey.of(target, kind));
        if (key != null && key.remove(follower)) {
            if (settings.unsubscribeGrace().isZero()) {
                endIfAbandoned(key);
            } else {
                key.closeBy(loop.schedule(settings.unsubscribeGrace(), () -> endIfAbandoned(key)));
            }
        }
    }

    private void endIfAbandoned(KeySubscription<?> key) {
        if (key.isAbandoned() && keys.get(key.wireKey()) == key) {
            drop(key);
            waiters.forEach(waiter -> waiter.forget(key));
            waiters.removeIf(ReadyWaiter::signalIfReady);
            outbox.unsubscribe(key);
            outbox.flush(stream());
        }
    }

    private void drop(KeySubscription<?> key) {
        keys.remove(key.wireKey());
        keysByKind.computeIfPresent(key.kind(), (kind, count) -> count == 1 ? null : count - 1);
        silent.remove(key);
        undecided.remove(key);
        key.stopTimers();
        confirmed(key);
        revisions.remove(key);
        cache.forget(key.key());
        listener.onForget(key.key());
    }

    void await(ReadyWaiter waiter) {
        if (closed) {
            waiter.fail(new ClientClosedException());
            return;
        }
        keys.values().forEach(waiter::waitFor);
        if (!waiter.signalIfReady()) {
            waiters.add(waiter);
        }
    }

    void stopWaiting(ReadyWaiter waiter) {
        waiters.remove(waiter);
    }

    private void tellWaiters(KeySubscription<?> key) {
        if (!waiters.isEmpty()) {
            waiters.forEach(waiter -> waiter.look(key));
            waiters.removeIf(ReadyWaiter::signalIfReady);
        }
    }

    private @Nullable RuleStream stream() {
        return connection == null ? null : connection.stream();
    }

    @Override
    public void onWritable(RuleStream stream) {
        outbox.flush(stream);
    }

    private void expectAnswer(KeySubscription<?> key) {
        if (!key.isAnswered()) {
            key.expectAnswer(settings.answerTimeout(), System.nanoTime());
            silent.add(key);
            checkPatienceAt(key.deadlineNanos());
        }
    }

    private void checkPatienceAt(long deadlineNanos) {
        if (patience.isDisposed() || deadlineNanos - patienceEndsNanos < 0) {
            patience.dispose();
            patienceEndsNanos = deadlineNanos;
            patience =
                    loop.schedule(
                            Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime())),
                            this::checkPatience);
        }
    }

    /**
     * Ends the patience with keys that were asked for long ago, and sees to it that it becomes
     * known what that silence means.
     */
    private void checkPatience() {
        patience.dispose();
        long now = System.nanoTime();
        for (KeySubscription<?> key : List.copyOf(silent)) {
            if (key.deadlineNanos() - now > 0) {
                checkPatienceAt(key.deadlineNanos());
            } else {
                endPatience(key);
            }
        }
        if (!undecided.isEmpty()) {
            askWhatSilenceMeans();
        }
        outbox.flush(stream());
    }

    private void askWhatSilenceMeans() {
        ControlPlaneInfoServiceStub stub = connection == null ? null : connection.infoStub();
        if (stub != null) {
            silence.ask(stub);
        }
    }

    /** What silence means is known, or can be asked again. */
    private void explainSilence() {
        if (silence.meaning() == Silence.Meaning.NO_RULES) {
            List.copyOf(undecided).forEach(this::takeForNoRules);
        }
        if (silence.meaning() != Silence.Meaning.UNKNOWN) {
            undecided.clear();
        }
        checkPatience();
    }

    /**
     * Takes a long silence for "no rules", if the control plane means it so, as the public one
     * does, and asks again in case that it does not.
     */
    private void endPatience(KeySubscription<?> key) {
        silent.remove(key);
        switch (silence.meaning()) {
            case NO_RULES -> takeForNoRules(key);
            case UNKNOWN -> undecided.add(key);
            case NOTHING -> LOG.debug("No answer about {} yet; asking again", key.key());
        }
        askAgain(key);
    }

    private void takeForNoRules(KeySubscription<?> key) {
        LOG.debug("No answer about {}; taken for no rules", key.key());
        key.assumeEmpty(clock.instant());
        tellWaiters(key);
    }

    /** The refresh does the same, so once it comes sooner it is enough. */
    private void askAgain(KeySubscription<?> key) {
        Duration refresh = settings.refreshInterval();
        if (refresh.isZero() || key.patienceNanos() < refresh.toNanos()) {
            outbox.subscribe(key);
        }
    }

    private void refreshLater() {
        if (!settings.refreshInterval().isZero()) {
            loop.schedule(Jitter.around(settings.refreshInterval()), this::refresh);
        }
    }

    /** Asks for everything again, which heals what the control plane failed to push. */
    private void refresh() {
        if (stream() != null) {
            keys.values().forEach(outbox::subscribe);
            outbox.flush(stream());
        }
        refreshLater();
    }

    @Override
    public void onStreamLost() {
        silent.clear();
        undecided.clear();
        silence.streamLost();
        stale.clear();
        revisions.streamLost();
        for (KeySubscription<?> key : keys.values()) {
            key.streamLost();
            if (key.isFromBefore()) {
                stale.add(key);
            }
        }
        outbox.startAnew(keys.values());
    }

    @Override
    public void onMessageTooLarge() {
        int allowed = settings.limits().transportMessageBytes();
        listener.onLimit(new LimitEvent(Limit.MESSAGE_BYTES, allowed, -1, null));
    }

    @Override
    public void onState(ConnectionState state) {
        onState.accept(state);
    }

    @Override
    public boolean isStale() {
        return !stale.isEmpty();
    }

    @Override
    public Throwable staleness() {
        return new StaleRulesException(stale.iterator().next().key(), stale.size());
    }

    /** The rules of a key are no longer from before this stream, or the key is gone. */
    private void confirmed(KeySubscription<?> key) {
        if (stale.remove(key)) {
            updatePhase();
        }
    }

    private void updatePhase() {
        if (connection != null) {
            connection.updatePhase();
        }
    }

    @Override
    public void onResponse(SubscribeResponse response) {
        if (response.getAck().equals(WireStatus.ACK)) {
            return;
        }
        KeySubscription<?> key =
                keys.get(
                        new WireKey(
                                response.getNamespace(), response.getApp(), response.getKind()));
        boolean refusal =
                response.getAck().equals(WireStatus.NACK)
                        || (response.getStatus().getCode() == WireStatus.REGISTRATION_FAILED
                                && response.getDataWithVersion().getDataCount() == 0);
        if (refusal) {
            KeySubscription<?> asked = outbox.askedBy(response.getResponseId());
            refused(asked == null ? key : asked, response.getStatus());
        } else if (key != null) {
            accept(key, response);
        } else if (response.getApp().isEmpty() || response.getKind().isEmpty()) {
            LOG.warn(
                    "Ignored a push that names no subscription: namespace '{}', app '{}', kind '{}'",
                    response.getNamespace(),
                    response.getApp(),
                    response.getKind());
        } else {
            LOG.debug(
                    "Ignored a push for {} of {}, which nobody follows",
                    response.getKind(),
                    response.getApp());
        }
    }

    private void refused(@Nullable KeySubscription<?> key, Status status) {
        String reason = PeerText.shown(status.getMessage(), MAX_REASON);
        if (key == null) {
            LOG.warn(
                    "The control plane refused an unknown request with code {}: {}",
                    status.getCode(),
                    reason);
            return;
        }
        RuleKey ruleKey = key.key();
        LOG.warn(
                "The control plane refused {} with code {}: {}", ruleKey, status.getCode(), reason);
        var error = new SubscriptionRefusedException(ruleKey, status.getCode(), reason);
        listener.onRefusal(error);
        drop(key);
        outbox.refused(key);
        waiters.removeIf(waiter -> waiter.failIfWaitingFor(key, error));
        key.fail(error);
    }

    private void accept(KeySubscription<?> key, SubscribeResponse push) {
        outbox.answered(key);
        if (key.isOutdated(push)) {
            intake.take(key, push); // which refuses it; what it says of other kinds is as old
            outbox.flush(stream());
            return;
        }
        silent.remove(key);
        undecided.remove(key);
        List<String> kindsToFollow =
                RevisionDetail.kindsToFollow(push.getStatus().getDetailsList());
        if (kindsToFollow != null) {
            silence.meansNothing();
            undecided.clear();
        }
        boolean wasHeld = key.isHeld();
        boolean usable = intake.take(key, push);
        outbox.flush(stream());
        if (key.isStaged() && kindsToFollow != null) {
            revisions.staged(key, kindsToFollow);
            return;
        }
        if (key.isHeld()) {
            LOG.debug("A push for {} lacks rules in force; waiting for more", key.key());
            key.settleBy(loop.schedule(settings.settleTime(), () -> settle(key)));
        } else {
            if (wasHeld) {
                listener.onSettled(key.key(), key.heldFor(), false);
            }
            inForce(key, usable);
        }
        revisions.answered(key);
    }

    private void settle(KeySubscription<?> key) {
        key.settle();
        listener.onSettled(key.key(), key.heldFor(), true);
        inForce(key, true);
    }

    /**
     * What waited for its revision is in force, perhaps after the stream that brought it was lost.
     */
    private void released(KeySubscription<?> key) {
        if (key.isFromBefore()) {
            stale.add(key);
            updatePhase();
        }
        inForce(key, key.wasUsable());
    }

    /** What the control plane last said about a key is in force. */
    private void inForce(KeySubscription<?> key, boolean worthKeeping) {
        tellWaiters(key);
        if (!key.isFromBefore()) {
            confirmed(key);
        }
        RuleSnapshot<?> current = key.current();
        if (worthKeeping && current != null) {
            cache.store(current);
        }
    }

    /** Ends every Flux with completion; who comes behind this on the loop is refused. */
    void close() {
        closed = true;
        keys.values().forEach(KeySubscription::complete);
        keys.clear();
        waiters.forEach(waiter -> waiter.fail(new ClientClosedException()));
        waiters.clear();
    }
}
