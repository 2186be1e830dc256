package io.opensergo.client;

import io.opensergo.api.RuleSnapshot;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.client.PushEvent.Result;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.PushStamp;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes pushes: judges, decodes and answers them. Confined to the event loop. */
final class PushIntake {

    private static final Logger LOG = LoggerFactory.getLogger(PushIntake.class);
    private static final int MAX_REASON_LENGTH = 4096;

    private final WireCodec codec = new WireCodec();
    private final ClientLimits limits;
    private final Clock clock;
    private final Outbox outbox;
    private final ClientListener listener;

    PushIntake(ClientLimits limits, Clock clock, Outbox outbox, ClientListener listener) {
        this.limits = limits;
        this.clock = clock;
        this.outbox = outbox;
        this.listener = listener;
    }

    /** What was found about a push, for the answer and for listeners. */
    private record Verdict(
            Result result, int rules, int rejected, long decodeNanos, int code, String reason) {

        static Verdict refused(Result result, int code, String reason) {
            return new Verdict(result, 0, 0, 0, code, reason);
        }

        /** Returns whether rules of the push are in force, or will be, that were not before. */
        boolean bringsRules() {
            return result == Result.ACCEPTED || result == Result.PARTLY_REJECTED;
        }
    }

    /**
     * Takes a push about a key and answers it.
     *
     * @return whether any of it can be used
     */
    <R extends Rule> boolean take(KeySubscription<R> key, SubscribeResponse push) {
        Instant now = clock.instant();
        boolean mayBringNews = key.hadPush();
        Verdict verdict = judge(key, push, now);
        Duration propagation =
                mayBringNews && verdict.bringsRules() ? propagation(push, now) : null;
        boolean accepted = verdict.code() == WireStatus.SUCCESS;
        answer(key, push, verdict);
        listener.onPush(
                new PushEvent(
                        key.key(),
                        push.getDataWithVersion().getVersion(),
                        verdict.result(),
                        verdict.rules(),
                        verdict.rejected(),
                        verdict.decodeNanos(),
                        propagation,
                        accepted ? null : verdict.reason()));
        return accepted || verdict.bringsRules();
    }

    private static @Nullable Duration propagation(SubscribeResponse push, Instant now) {
        Instant changed = PushStamp.of(push.getStatus().getDetailsList());
        if (changed == null) {
            return null;
        }
        Duration delay = Duration.between(changed, now);
        return delay.isNegative() ? Duration.ZERO : delay;
    }

    private <R extends Rule> Verdict judge(
            KeySubscription<R> key, SubscribeResponse push, Instant now) {
        long version = push.getDataWithVersion().getVersion();
        if (key.isOutdated(push)) {
            String reason =
                    "version "
                            + version
                            + " is older than "
                            + key.streamVersion()
                            + " of this stream";
            LOG.warn("Refused a push for {}: {}", key.key(), reason);
            return Verdict.refused(Result.OUTDATED, WireStatus.OUTDATED, reason);
        }
        String excess = excessOf(key, push);
        if (excess != null) {
            LOG.warn("Refused a push for {}: {}; the last good rules stay", key.key(), excess);
            key.refuse(push, excess, now);
            return Verdict.refused(Result.OVER_LIMIT, WireStatus.FORMAT, excess);
        }
        return decode(key, push, now);
    }

    /** Returns which limit a push exceeds, or {@code null}. */
    private @Nullable String excessOf(KeySubscription<?> key, SubscribeResponse push) {
        int rules = push.getDataWithVersion().getDataCount();
        if (rules > limits.maxRulesPerSnapshot()) {
            tellLimit(Limit.RULES_PER_SNAPSHOT, limits.maxRulesPerSnapshot(), rules, key);
            return "it has "
                    + rules
                    + " rules, maxRulesPerSnapshot is "
                    + limits.maxRulesPerSnapshot();
        }
        int bytes = push.getSerializedSize();
        if (bytes > limits.maxInboundMessageBytes()) {
            tellLimit(Limit.MESSAGE_BYTES, limits.maxInboundMessageBytes(), bytes, key);
            return "it has "
                    + bytes
                    + " bytes, maxInboundMessageBytes is "
                    + limits.maxInboundMessageBytes();
        }
        return null;
    }

    private void tellLimit(Limit limit, int allowed, int found, KeySubscription<?> key) {
        listener.onLimit(new LimitEvent(limit, allowed, found, key.key()));
    }

    private <R extends Rule> Verdict decode(
            KeySubscription<R> key, SubscribeResponse push, Instant now) {
        long version = push.getDataWithVersion().getVersion();
        RuleSnapshot<R> before = key.current();
        long start = System.nanoTime();
        DecodedRules<R> decoded;
        try {
            decoded = key.accept(codec, push, now);
        } catch (RuntimeException e) {
            LOG.warn(
                    "Refused a push for {} that cannot be read; the last good rules stay",
                    key.key(),
                    e);
            String reason = "cannot be read: " + e;
            key.refuse(push, reason, now);
            return Verdict.refused(Result.REJECTED, WireStatus.UNKNOWN, reason);
        }
        long nanos = System.nanoTime() - start;
        decoded.warnings()
                .forEach(warning -> LOG.warn("Push {} for {}: {}", version, key.key(), warning));
        int good = decoded.rules().size();
        int bad = decoded.rejected().size();
        if (bad == 0) {
            Result result = stands(before, key) ? Result.UNCHANGED : Result.ACCEPTED;
            return new Verdict(result, good, bad, nanos, WireStatus.SUCCESS, "");
        }
        String reasons =
                decoded.rejected().stream()
                        .map(RejectedMessage::reason)
                        .collect(Collectors.joining("; "));
        LOG.warn("Rejected rules of push {} for {}: {}", version, key.key(), reasons);
        Result result = good == 0 ? Result.REJECTED : Result.PARTLY_REJECTED;
        return new Verdict(result, good, bad, nanos, WireStatus.FORMAT, reasons);
    }

    @SuppressWarnings("ReferenceEquality") // what is published anew is another object
    private static boolean stands(@Nullable RuleSnapshot<?> snapshot, KeySubscription<?> key) {
        return key.current() == snapshot && !key.isHeld() && !key.bringsNews();
    }

    /**
     * Answers a push. The status is always set, because the public control plane dies of a NACK
     * without.
     */
    private void answer(KeySubscription<?> key, SubscribeResponse push, Verdict verdict) {
        boolean accepted = verdict.code() == WireStatus.SUCCESS;
        String reason = verdict.reason();
        String shortened =
                reason.length() <= MAX_REASON_LENGTH
                        ? reason
                        : reason.substring(0, MAX_REASON_LENGTH);
        outbox.answer(
                key,
                SubscribeRequest.newBuilder()
                        .setResponseAck(accepted ? WireStatus.ACK : WireStatus.NACK)
                        .setRequestId(push.getResponseId())
                        .setStatus(
                                Status.newBuilder().setCode(verdict.code()).setMessage(shortened)));
    }
}
