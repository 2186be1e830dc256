package io.opensergo.client;

import io.opensergo.api.RuleKey;
import io.opensergo.api.SubscriptionRefusedException;
import io.opensergo.api.time.Ticker;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.client.PushEvent.Result;
import io.opensergo.proto.PushStamp;
import io.opensergo.proto.RevisionDetail;
import io.opensergo.proto.WireKey;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.control_plane.v1.ControlPlaneInfoServiceGrpc.ControlPlaneInfoServiceStub;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is said on one stream: which keys are asked for, what the control plane pushes, and how that
 * is answered. Made anew for each stream, and with it all that belongs to the stream.
 *
 * <p><b>The way of a push</b> is one: {@link PushReader} reads it, {@link KeyDialogue} decides what
 * becomes of it, the answer goes to the {@link Outbox}, and what counts goes on to the {@link
 * KeySubscription} and its followers, through {@link Revisions} if others belong to it.
 *
 * <p><b>Order and visibility.</b> All of it happens on the event loop, one event after the other.
 * The transport's threads only hand events over; the queue of the loop makes what they wrote
 * visible, and keeps the order of a stream, as gRPC calls an observer serially. A push is read, put
 * into force and answered before the next is looked at, so no lock is needed and no state of a key
 * is seen half changed. From here a snapshot, which is immutable, goes to each follower by one
 * write that {@link LatestSubscription} publishes: between the transport and the follower's
 * scheduler there is one hop, that to the loop.
 */
final class Dialogue {

    /** What a dialogue has from its client, the same for each stream. */
    record Setting(
            EventLoop loop,
            Ticker ticker,
            Clock clock,
            SubscriptionSettings settings,
            FollowedKeys keys,
            Revisions revisions,
            InForce inForce,
            RequestIds requestIds,
            ClientListener listener) {}

    private static final Logger LOG = LoggerFactory.getLogger(Dialogue.class);

    /** How much of a control plane's words is shown. */
    private static final int MAX_SHOWN_REASON = 1000;

    private static final int MAX_SENT_REASON = 4096;

    private final Setting setting;
    private final PushReader reader;
    private final long number;
    private final Map<WireKey, KeyDialogue<?>> keys = new LinkedHashMap<>();
    private final Outbox outbox;
    private final Patience patience;

    /**
     * @param number tells the stream apart from every other of the client
     * @param infoStub by which the control plane can be asked what its silence means; {@code null}
     *     while it cannot
     */
    Dialogue(
            Setting setting,
            PushReader reader,
            long number,
            RuleStream stream,
            Supplier<@Nullable ControlPlaneInfoServiceStub> infoStub) {
        this.setting = setting;
        this.reader = reader;
        this.number = number;
        this.patience =
                new Patience(
                        setting.loop(),
                        setting.ticker(),
                        setting.settings().answerTimeout(),
                        setting.settings().refreshInterval(),
                        infoStub,
                        new Unanswered());
        this.outbox = new Outbox(stream, setting.requestIds(), patience::asked);
    }

    /** Asks for a key that is followed from now on. */
    void follow(KeySubscription<?> key) {
        KeyDialogue<?> asked = new KeyDialogue<>(key, number);
        keys.put(key.wireKey(), asked);
        outbox.subscribe(asked);
    }

    /** Asks for a key no longer. */
    void unfollow(KeySubscription<?> key) {
        KeyDialogue<?> known = keys.get(key.wireKey());
        if (known != null) {
            drop(known);
            outbox.unsubscribe(known);
        }
    }

    private void drop(KeyDialogue<?> key) {
        keys.remove(key.key().wireKey(), key);
        patience.forget(key);
        key.end();
    }

    /** Asks for everything again, which heals what the control plane failed to push. */
    void refresh() {
        keys.values().forEach(outbox::subscribe);
        flush();
    }

    /** Says what waits, as far as the stream takes it. */
    void flush() {
        outbox.flush();
    }

    /** The stream is over. */
    void end() {
        patience.end();
        keys.values().forEach(KeyDialogue::end);
        setting.revisions().streamLost();
    }

    /** The stream was lost to a message larger than the transport lets through. */
    void tellMessageTooLarge() {
        int allowed = setting.settings().limits().transportMessageBytes();
        setting.listener().onLimit(new LimitEvent(Limit.MESSAGE_BYTES, allowed, -1, null));
    }

    /** Takes a response. */
    void take(SubscribeResponse response) {
        if (response.getAck().equals(WireStatus.ACK)) {
            return;
        }
        KeyDialogue<?> key =
                keys.get(
                        new WireKey(
                                response.getNamespace(), response.getApp(), response.getKind()));
        boolean refusal =
                response.getAck().equals(WireStatus.NACK)
                        || (response.getStatus().getCode() == WireStatus.REGISTRATION_FAILED
                                && response.getDataWithVersion().getDataCount() == 0);
        if (refusal) {
            KeyDialogue<?> asked = outbox.askedBy(response.getResponseId());
            refused(asked == null ? key : asked, response.getStatus());
        } else if (key != null) {
            takePush(key, response);
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

    private void refused(@Nullable KeyDialogue<?> key, Status status) {
        String reason = PeerText.shown(status.getMessage(), MAX_SHOWN_REASON);
        if (key == null) {
            LOG.warn(
                    "The control plane refused an unknown request with code {}: {}",
                    status.getCode(),
                    reason);
            return;
        }
        RuleKey ruleKey = key.key().key();
        RefusalLog.refused(ruleKey, status.getCode(), reason);
        drop(key);
        outbox.refused(key);
        setting.keys()
                .refuse(
                        key.key(),
                        new SubscriptionRefusedException(ruleKey, status.getCode(), reason));
    }

    private <R extends Rule> void takePush(KeyDialogue<R> key, SubscribeResponse push) {
        outbox.answered(key);
        if (key.isOutdated(push)) {
            refuseOutdated(key, push); // what it says of other kinds is as old
            return;
        }
        patience.forget(key);
        List<String> kindsToFollow =
                RevisionDetail.kindsToFollow(push.getStatus().getDetailsList());
        if (kindsToFollow != null) {
            patience.silenceMeansNothing();
        }
        Instant now = setting.clock().instant();
        boolean wasHeld = key.isHeld();
        boolean mayBringNews = key.hadPush();
        ReadPush<R> read = reader.read(key.key(), push);
        Object before = key.key().current();
        KeyDialogue.Effect effect =
                key.take(
                        push,
                        read,
                        kindsToFollow != null,
                        setting.settings().settleTime(),
                        now,
                        setting.ticker().nanos());
        Result result = read.result(changesNothing(key, before));
        answer(key, push, read.code(), read.reason());
        tell(key, push, read, result, mayBringNews ? now : null);
        outbox.flush();
        goOn(key, effect, kindsToFollow, read.usable(), wasHeld);
    }

    @SuppressWarnings("ReferenceEquality") // what is put into force anew is another object
    private static boolean changesNothing(KeyDialogue<?> key, @Nullable Object before) {
        return key.key().current() == before && !key.isHeld() && !key.key().rules().bringsNews();
    }

    /** What has counted goes on to whoever has waited for it. */
    private void goOn(
            KeyDialogue<?> key,
            KeyDialogue.Effect effect,
            @Nullable List<String> kindsToFollow,
            boolean usable,
            boolean wasHeld) {
        RuleKey ruleKey = key.key().key();
        switch (effect) {
            case STAGED ->
                    setting.revisions()
                            .staged(key.key(), kindsToFollow == null ? List.of() : kindsToFollow);
            case HELD -> {
                LOG.debug("A push for {} lacks rules in force; waiting for more", ruleKey);
                key.settleBy(
                        setting.loop()
                                .schedule(setting.settings().settleTime(), () -> settle(key)));
                setting.revisions().answered(key.key());
            }
            case IN_FORCE -> {
                if (wasHeld) {
                    tellSettled(key, false);
                }
                setting.inForce().inForce(key.key(), usable);
                setting.revisions().answered(key.key());
            }
        }
    }

    private void settle(KeyDialogue<?> key) {
        key.settle();
        tellSettled(key, true);
        setting.inForce().inForce(key.key(), true);
    }

    private void tellSettled(KeyDialogue<?> key, boolean replaced) {
        setting.listener()
                .onSettled(key.key().key(), key.heldFor(setting.ticker().nanos()), replaced);
    }

    private void refuseOutdated(KeyDialogue<?> key, SubscribeResponse push) {
        String reason =
                "version "
                        + push.getDataWithVersion().getVersion()
                        + " is older than "
                        + key.version()
                        + " of this stream";
        LOG.warn("Refused a push for {}: {}", key.key().key(), reason);
        answer(key, push, WireStatus.OUTDATED, reason);
        setting.listener()
                .onPush(
                        new PushEvent(
                                key.key().key(),
                                push.getDataWithVersion().getVersion(),
                                Result.OUTDATED,
                                0,
                                0,
                                0,
                                null,
                                reason));
        outbox.flush();
    }

    /**
     * Answers a push. The status is always set, because the public control plane dies of a NACK
     * without.
     */
    private void answer(KeyDialogue<?> key, SubscribeResponse push, int code, String reason) {
        boolean accepted = code == WireStatus.SUCCESS;
        String sent =
                reason.length() <= MAX_SENT_REASON ? reason : reason.substring(0, MAX_SENT_REASON);
        outbox.answer(
                key,
                SubscribeRequest.newBuilder()
                        .setResponseAck(accepted ? WireStatus.ACK : WireStatus.NACK)
                        .setRequestId(push.getResponseId())
                        .setStatus(Status.newBuilder().setCode(code).setMessage(sent)));
    }

    /**
     * @param now {@code null} if the push is the first, which may be old
     */
    private <R extends Rule> void tell(
            KeyDialogue<R> key,
            SubscribeResponse push,
            ReadPush<R> read,
            Result result,
            @Nullable Instant now) {
        boolean bringsRules = result == Result.ACCEPTED || result == Result.PARTLY_REJECTED;
        setting.listener()
                .onPush(
                        new PushEvent(
                                key.key().key(),
                                push.getDataWithVersion().getVersion(),
                                result,
                                read.goodRules(),
                                read.badRules(),
                                read.decodeNanos(),
                                bringsRules && now != null ? propagation(push, now) : null,
                                read.isAccepted() ? null : read.reason()));
    }

    private static @Nullable Duration propagation(SubscribeResponse push, Instant now) {
        Instant changed = PushStamp.of(push.getStatus().getDetailsList());
        if (changed == null) {
            return null;
        }
        Duration delay = Duration.between(changed, now);
        return delay.isNegative() ? Duration.ZERO : delay;
    }

    /** What is done about keys that nothing was said of. */
    private final class Unanswered implements Patience.Listener {

        @Override
        public void onNoRules(KeyDialogue<?> key) {
            key.key().assumeEmpty(setting.clock().instant());
            setting.inForce().assumed(key.key());
        }

        @Override
        public void onAskAgain(KeyDialogue<?> key) {
            outbox.subscribe(key);
        }

        @Override
        public void onChecked() {
            outbox.flush();
        }
    }
}
