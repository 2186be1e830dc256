package io.opensergo.client;

import io.opensergo.api.ClientClosedException;
import io.opensergo.api.ConnectionState;
import io.opensergo.api.RuleKey;
import io.opensergo.api.RuleSnapshot;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.Target;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeOpType;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeRequestTarget;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
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

/**
 * Every key that is followed, and the dialogue with the control plane about them. Confined to the
 * event loop.
 *
 * <p>Each key is asked for by a request of its own, so that a refusal tells which key it means.
 */
final class Subscriptions implements Connection.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
    private static final int MAX_REASON_LENGTH = 4096;

    /** A key as responses name it. */
    private record WireKey(String namespace, String app, String kind) {

        static WireKey of(Target target, RuleKind<?> kind) {
            return new WireKey(target.namespace(), target.app(), kind.wireName());
        }
    }

    private final EventLoop loop;
    private final SubscriptionSettings settings;
    private final Clock clock;
    private final SnapshotCache cache;
    private final Consumer<ConnectionState> onState;
    private final WireCodec codec = new WireCodec();

    private final Map<WireKey, KeySubscription<?>> keys = new LinkedHashMap<>();

    /** Keys that this stream was not yet asked for. */
    private final Set<KeySubscription<?>> unasked = new LinkedHashSet<>();

    /** Keys that were asked for on this stream and not answered, by the id of the request. */
    private final Map<String, KeySubscription<?>> unanswered = new HashMap<>();

    private final List<ReadyWaiter> waiters = new ArrayList<>(1);
    private @Nullable Connection connection;
    private long requests;
    private boolean patienceRuns;

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

    void use(Connection used) {
        connection = used;
    }

    <R extends Rule> void join(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        WireKey wireKey = WireKey.of(target, kind);
        KeySubscription<?> known = keys.get(wireKey);
        if (known == null) {
            var added = new KeySubscription<>(target, kind);
            keys.put(wireKey, added);
            added.add(follower);
            unasked.add(added);
            ask();
            cache.load(target, kind, kept -> restore(wireKey, added, kept));
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

    private <R extends Rule> boolean restore(
            WireKey wireKey, KeySubscription<R> key, RuleSnapshot<R> kept) {
        boolean restored = keys.get(wireKey) == key && key.restore(kept);
        if (restored) {
            tellWaiters(key);
        }
        return restored;
    }

    <R extends Rule> void leave(
            Target target, RuleKind<R> kind, LatestSubscription<RuleSnapshot<R>> follower) {
        WireKey wireKey = WireKey.of(target, kind);
        KeySubscription<?> key = keys.get(wireKey);
        if (key != null && key.remove(follower)) {
            if (settings.unsubscribeGrace().isZero()) {
                endIfAbandoned(wireKey, key);
            } else {
                key.closeBy(
                        loop.schedule(
                                settings.unsubscribeGrace(), () -> endIfAbandoned(wireKey, key)));
            }
        }
    }

    private void endIfAbandoned(WireKey wireKey, KeySubscription<?> key) {
        if (!key.isAbandoned() || !keys.remove(wireKey, key)) {
            return;
        }
        forget(key);
        RuleStream stream = stream();
        if (!unasked.remove(key) && stream != null) {
            stream.send(
                    request(key)
                            .setOpType(SubscribeOpType.UNSUBSCRIBE)
                            .setRequestId(nextRequestId()));
        }
    }

    private void forget(KeySubscription<?> key) {
        cache.forget(key.key());
        unanswered.remove(key.requestId(), key);
        waiters.forEach(waiter -> waiter.forget(key));
        waiters.removeIf(ReadyWaiter::signalIfReady);
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

    @Override
    public void onWritable(RuleStream stream) {
        ask();
    }

    private @Nullable RuleStream stream() {
        return connection == null ? null : connection.stream();
    }

    /** Asks for what this stream was not yet asked for, no faster than the transport takes it. */
    private void ask() {
        RuleStream stream = stream();
        Iterator<KeySubscription<?>> rest = unasked.iterator();
        while (stream != null && stream.isWritable() && rest.hasNext()) {
            KeySubscription<?> key = rest.next();
            rest.remove();
            String requestId = nextRequestId();
            unanswered.put(requestId, key);
            key.asked(requestId, System.nanoTime());
            stream.send(request(key).setOpType(SubscribeOpType.SUBSCRIBE).setRequestId(requestId));
            runPatience(settings.answerTimeout());
        }
    }

    private String nextRequestId() {
        requests++;
        return Long.toString(requests);
    }

    private static SubscribeRequest.Builder request(KeySubscription<?> key) {
        return SubscribeRequest.newBuilder()
                .setTarget(
                        SubscribeRequestTarget.newBuilder()
                                .setNamespace(key.target().namespace())
                                .setApp(key.target().app())
                                .addKinds(key.kind().wireName()));
    }

    private void runPatience(Duration delay) {
        if (!patienceRuns) {
            patienceRuns = true;
            loop.schedule(delay, this::checkPatience);
        }
    }

    /** Takes a long silence for "no rules", as the public control plane means it. */
    private void checkPatience() {
        patienceRuns = false;
        long timeout = settings.answerTimeout().toNanos();
        long shortest = Long.MAX_VALUE;
        for (KeySubscription<?> key : keys.values()) {
            if (key.awaitsAnswer()) {
                long left = timeout - (System.nanoTime() - key.askedAtNanos());
                if (left <= 0) {
                    LOG.debug("No answer about {}; taken for no rules", key.key());
                    key.assumeEmpty(clock.instant());
                    tellWaiters(key);
                } else {
                    shortest = Math.min(shortest, left);
                }
            }
        }
        if (shortest != Long.MAX_VALUE) {
            runPatience(Duration.ofNanos(shortest));
        }
    }

    @Override
    public void onStreamLost() {
        unanswered.clear();
        unasked.clear();
        keys.values().forEach(KeySubscription::streamLost);
        unasked.addAll(keys.values());
    }

    @Override
    public void onState(ConnectionState state) {
        onState.accept(state);
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
            KeySubscription<?> asked = unanswered.get(response.getResponseId());
            refuse(asked == null ? key : asked, response.getStatus());
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

    private void refuse(@Nullable KeySubscription<?> key, Status status) {
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
        keys.remove(WireKey.of(key.target(), key.kind()));
        cache.forget(ruleKey);
        unanswered.remove(key.requestId(), key);
        unasked.remove(key);
        waiters.removeIf(waiter -> waiter.failIfWaitingFor(key, error));
        key.fail(error);
    }

    private <R extends Rule> void accept(KeySubscription<R> key, SubscribeResponse response) {
        unanswered.remove(key.requestId(), key);
        long version = response.getDataWithVersion().getVersion();
        if (key.isOutdated(version)) {
            String reason =
                    "version "
                            + version
                            + " is older than "
                            + key.streamVersion()
                            + " of this stream";
            LOG.warn("Refused a push for {}: {}", key.key(), reason);
            answer(response, WireStatus.NACK, WireStatus.OUTDATED, reason);
            return;
        }
        DecodedRules<R> decoded;
        try {
            decoded =
                    key.accept(
                            codec,
                            response.getDataWithVersion().getDataList(),
                            response.getStatus().getDetailsList(),
                            version,
                            clock.instant());
        } catch (RuntimeException e) {
            LOG.warn(
                    "Refused a push for {} that cannot be read; the last good rules stay",
                    key.key(),
                    e);
            answer(response, WireStatus.NACK, WireStatus.UNKNOWN, "cannot be read: " + e);
            return;
        }
        tellWaiters(key);
        RuleSnapshot<R> inForce = key.current();
        if (inForce != null) {
            cache.store(inForce);
        }
        decoded.warnings()
                .forEach(warning -> LOG.warn("Push {} for {}: {}", version, key.key(), warning));
        if (decoded.rejected().isEmpty()) {
            answer(response, WireStatus.ACK, WireStatus.SUCCESS, "");
        } else {
            String reasons =
                    decoded.rejected().stream()
                            .map(RejectedMessage::reason)
                            .collect(Collectors.joining("; "));
            LOG.warn("Rejected rules of push {} for {}: {}", version, key.key(), reasons);
            answer(response, WireStatus.NACK, WireStatus.FORMAT, reasons);
        }
    }

    /**
     * Answers a push. The status is always set, because the public control plane dies of a NACK
     * without.
     */
    private void answer(SubscribeResponse push, String ack, int code, String message) {
        RuleStream stream = stream();
        if (stream != null) {
            String shortened =
                    message.length() <= MAX_REASON_LENGTH
                            ? message
                            : message.substring(0, MAX_REASON_LENGTH);
            stream.send(
                    SubscribeRequest.newBuilder()
                            .setResponseAck(ack)
                            .setRequestId(push.getResponseId())
                            .setStatus(Status.newBuilder().setCode(code).setMessage(shortened)));
        }
    }

    /** Ends every Flux with completion. */
    void close() {
        keys.values().forEach(KeySubscription::complete);
        keys.clear();
        waiters.forEach(waiter -> waiter.fail(new ClientClosedException()));
        waiters.clear();
    }
}
