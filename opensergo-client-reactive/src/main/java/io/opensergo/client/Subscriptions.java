package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.LimitExceededException;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.StaleRulesException;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
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
import java.util.stream.Collectors;
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
    private static final int MAX_REASON_LENGTH = 4096;

    private final EventLoop loop;
    private final SubscriptionSettings settings;
    private final Clock clock;
    private final SnapshotCache cache;
    private final Consumer<ConnectionState> onState;
    private final WireCodec codec = new WireCodec();

    private final Map<WireKey, KeySubscription<?>> keys = new LinkedHashMap<>();
    private final Map<RuleKind<?>, Integer> keysByKind = new HashMap<>();
    private final Outbox outbox = new Outbox(this::expectAnswer);

    /** Keys that were asked for on this stream and about which nothing was said. */
    private final Set<KeySubscription<?>> silent = new LinkedHashSet<>();

    /** Keys whose rules in force are from before this stream. */
    private final Set<KeySubscription<?>> stale = new LinkedHashSet<>();

    private final List<ReadyWaiter> waiters = new ArrayList<>(1);
    private @Nullable Connection connection;
    private Disposable patience = Disposables.disposed();
    private long patienceEndsNanos;

    Subscriptions(
            EventLoop loop,
            SubscriptionSettings settings,
            Clock clock,
            SnapshotCache cache,
            Consumer<ConnectionState> onState) {
        this.loop = loop;
        this.settings = settings;
        this.clock = clock;
        this.cache = cache;
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
        var key = new KeySubscription<>(target, kind, settings.settleTime());
        LimitExceededException exceeded = exceededBy(key);
        if (exceeded != null) {
            LOG.warn(exceeded.getMessage());
            follower.fail(exceeded);
            return;
        }
        keys.put(key.wireKey(), key);
        keysByKind.merge(kind, 1, Integer::sum);
        key.add(follower);
        outbox.subscribe(key);
        outbox.flush(stream());
        cache.load(target, kind, kept -> restore(key, kept));
    }

    private <R extends Rule> boolean restore(KeySubscription<R> key, RuleSnapshot<R> kept) {
        boolean restored = keys.get(key.wireKey()) == key && key.restore(kept);
        if (restored) {
            stale.add(key);
            tellWaiters(key);
            if (connection != null) {
                connection.updatePhase();
            }
        }
        return restored;
    }

    private @Nullable LimitExceededException exceededBy(KeySubscription<?> key) {
        ClientLimits limits = settings.limits();
        if (keys.size() >= limits.maxKeys()) {
            return new LimitExceededException(key.key(), "maxKeys", limits.maxKeys());
        }
        boolean newKind = !keysByKind.containsKey(key.kind());
        return newKind && keysByKind.size() >= limits.maxKinds()
                ? new LimitExceededException(key.key(), "maxKinds", limits.maxKinds())
                : null;
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
        cache.forget(key.key());
        key.stopTimers();
        confirmed(key);
    }

    void await(ReadyWaiter waiter) {
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
     * Takes a long silence for "no rules", as the public control plane means it, and asks again in
     * case that it does not.
     */
    private void checkPatience() {
        patience.dispose();
        long now = System.nanoTime();
        for (KeySubscription<?> key : List.copyOf(silent)) {
            if (key.deadlineNanos() - now > 0) {
                checkPatienceAt(key.deadlineNanos());
            } else {
                silent.remove(key);
                LOG.debug("No answer about {}; taken for no rules", key.key());
                key.assumeEmpty(clock.instant());
                tellWaiters(key);
                askAgain(key);
            }
        }
        outbox.flush(stream());
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
        stale.clear();
        for (KeySubscription<?> key : keys.values()) {
            key.streamLost();
            if (key.isFromBefore()) {
                stale.add(key);
            }
        }
        outbox.startAnew(keys.values());
    }

    @Override
    public void onState(ConnectionState state) {
        onState.accept(state);
    }

    @Override
    public @Nullable Throwable staleness() {
        return stale.isEmpty()
                ? null
                : new StaleRulesException(stale.stream().map(KeySubscription::key).toList());
    }

    /** The rules of a key are no longer from before this stream, or the key is gone. */
    private void confirmed(KeySubscription<?> key) {
        if (stale.remove(key) && stale.isEmpty() && connection != null) {
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
        if (key == null) {
            LOG.warn(
                    "The control plane refused an unknown request with code {}: {}",
                    status.getCode(),
                    status.getMessage());
            return;
        }
        RuleKey ruleKey = key.key();
        LOG.warn(
                "The control plane refused {} with code {}: {}",
                ruleKey,
                status.getCode(),
                status.getMessage());
        var error =
                new SubscriptionRefusedException(ruleKey, status.getCode(), status.getMessage());
        drop(key);
        outbox.forget(key);
        waiters.removeIf(waiter -> waiter.failIfWaitingFor(key, error));
        key.fail(error);
    }

    private <R extends Rule> void accept(KeySubscription<R> key, SubscribeResponse push) {
        outbox.answered(key);
        silent.remove(key);
        long version = push.getDataWithVersion().getVersion();
        if (key.isOutdated(push)) {
            String reason =
                    "version "
                            + version
                            + " is older than "
                            + key.streamVersion()
                            + " of this stream";
            LOG.warn("Refused a push for {}: {}", key.key(), reason);
            answer(key, push, WireStatus.NACK, WireStatus.OUTDATED, reason);
            return;
        }
        String excess = excessOf(push);
        if (excess == null) {
            take(key, push);
        } else {
            LOG.warn("Refused a push for {}: {}; the last good rules stay", key.key(), excess);
            key.refuse(push, excess, clock.instant());
            answer(key, push, WireStatus.NACK, WireStatus.FORMAT, excess);
        }
        if (key.isHeld()) {
            LOG.debug("Version {} of {} lacks rules in force; waiting", version, key.key());
            key.settleBy(loop.schedule(settings.settleTime(), () -> settle(key)));
        } else {
            tellWaiters(key);
            confirmed(key);
        }
    }

    private void settle(KeySubscription<?> key) {
        key.settle();
        keep(key);
        tellWaiters(key);
        confirmed(key);
    }

    /** Keeps what the control plane said is in force. */
    private void keep(KeySubscription<?> key) {
        RuleSnapshot<?> inForce = key.current();
        if (inForce != null && !key.isHeld()) {
            cache.store(inForce);
        }
    }

    /** Returns which limit a push exceeds, or {@code null}. */
    private @Nullable String excessOf(SubscribeResponse push) {
        ClientLimits limits = settings.limits();
        int rules = push.getDataWithVersion().getDataCount();
        if (rules > limits.maxRulesPerSnapshot()) {
            return "it has "
                    + rules
                    + " rules, maxRulesPerSnapshot is "
                    + limits.maxRulesPerSnapshot();
        }
        int bytes = push.getSerializedSize();
        return bytes > limits.maxInboundMessageBytes()
                ? "it has "
                        + bytes
                        + " bytes, maxInboundMessageBytes is "
                        + limits.maxInboundMessageBytes()
                : null;
    }

    private <R extends Rule> void take(KeySubscription<R> key, SubscribeResponse push) {
        long version = push.getDataWithVersion().getVersion();
        DecodedRules<R> decoded;
        try {
            decoded = key.accept(codec, push, clock.instant());
        } catch (RuntimeException e) {
            LOG.warn(
                    "Refused a push for {} that cannot be read; the last good rules stay",
                    key.key(),
                    e);
            String reason = "cannot be read: " + e;
            key.refuse(push, reason, clock.instant());
            answer(key, push, WireStatus.NACK, WireStatus.UNKNOWN, reason);
            return;
        }
        if (!decoded.rules().isEmpty() || decoded.rejected().isEmpty()) {
            keep(key);
        }
        decoded.warnings()
                .forEach(warning -> LOG.warn("Push {} for {}: {}", version, key.key(), warning));
        if (decoded.rejected().isEmpty()) {
            answer(key, push, WireStatus.ACK, WireStatus.SUCCESS, "");
        } else {
            String reasons =
                    decoded.rejected().stream()
                            .map(RejectedMessage::reason)
                            .collect(Collectors.joining("; "));
            LOG.warn("Rejected rules of push {} for {}: {}", version, key.key(), reasons);
            answer(key, push, WireStatus.NACK, WireStatus.FORMAT, reasons);
        }
    }

    /**
     * Answers a push. The status is always set, because the public control plane dies of a NACK
     * without.
     */
    private void answer(
            KeySubscription<?> key, SubscribeResponse push, String ack, int code, String message) {
        String shortened =
                message.length() <= MAX_REASON_LENGTH
                        ? message
                        : message.substring(0, MAX_REASON_LENGTH);
        outbox.answer(
                key,
                SubscribeRequest.newBuilder()
                        .setResponseAck(ack)
                        .setRequestId(push.getResponseId())
                        .setStatus(Status.newBuilder().setCode(code).setMessage(shortened)));
        outbox.flush(stream());
    }

    /** Ends every Flux with completion. */
    void close() {
        keys.values().forEach(KeySubscription::complete);
        keys.clear();
        waiters.forEach(waiter -> waiter.fail(new ClientClosedException()));
        waiters.clear();
    }
}
