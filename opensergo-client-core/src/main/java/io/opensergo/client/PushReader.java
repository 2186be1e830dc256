package io.opensergo.client;

import io.opensergo.api.RejectedRule;
import io.opensergo.api.RuleKey;
import io.opensergo.api.time.Ticker;
import io.opensergo.client.LimitEvent.Limit;
import io.opensergo.client.PushEvent.Result;
import io.opensergo.proto.DecodedRules;
import io.opensergo.proto.RejectedMessage;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pushes: holds them against the limits and decodes them. Changes nothing.
 *
 * <p>Rules that cannot be used are left out, or stay as they last were if their name can be read;
 * if none of the push can be used, everything stays as it was.
 */
final class PushReader {

    private static final Logger LOG = LoggerFactory.getLogger(PushReader.class);

    private final WireCodec codec = new WireCodec();
    private final ClientLimits limits;
    private final Ticker ticker;
    private final ClientListener listener;

    PushReader(ClientLimits limits, Ticker ticker, ClientListener listener) {
        this.limits = limits;
        this.ticker = ticker;
        this.listener = listener;
    }

    /** Reads a push about a key. */
    <R extends Rule> ReadPush<R> read(KeySubscription<R> key, SubscribeResponse push) {
        List<R> known = key.rules().rules();
        String excess = excessOf(key.key(), push);
        if (excess != null) {
            LOG.warn("Refused a push for {}: {}; the last good rules stay", key.key(), excess);
            return ReadPush.refused(known, Result.OVER_LIMIT, WireStatus.FORMAT, excess);
        }
        try {
            return decode(key, push, known);
        } catch (RuntimeException e) { // of a kind of the user's
            LOG.warn(
                    "Refused a push for {} that cannot be read; the last good rules stay",
                    key.key(),
                    e);
            return ReadPush.refused(
                    known, Result.REJECTED, WireStatus.UNKNOWN, "cannot be read: " + e);
        }
    }

    /** Returns which limit a push exceeds, or {@code null}. */
    private @Nullable String excessOf(RuleKey key, SubscribeResponse push) {
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

    private void tellLimit(Limit limit, int allowed, int found, RuleKey key) {
        listener.onLimit(new LimitEvent(limit, allowed, found, key));
    }

    private <R extends Rule> ReadPush<R> decode(
            KeySubscription<R> key, SubscribeResponse push, List<R> known) {
        long start = ticker.nanos();
        DecodedRules<R> decoded =
                codec.decode(
                        key.kind(),
                        key.target().namespace(),
                        key.target().app(),
                        push.getDataWithVersion().getDataList(),
                        push.getStatus().getDetailsList());
        List<R> rules = new ArrayList<>(decoded.rules());
        List<RejectedRule> rejected = new ArrayList<>(decoded.rejected().size());
        boolean nothingUsable = rules.isEmpty() && !decoded.rejected().isEmpty();
        if (nothingUsable) {
            rules.addAll(known);
        }
        for (RejectedMessage message : decoded.rejected()) {
            R lastGood = message.name() == null ? null : find(known, message.name());
            if (lastGood != null && find(rules, lastGood.name()) == null) {
                rules.add(lastGood);
            }
            boolean kept = lastGood != null && rules.contains(lastGood);
            rejected.add(new RejectedRule(message.name(), message.reason(), kept));
        }
        long nanos = ticker.nanos() - start;
        return judged(key.key(), push, decoded, rules, rejected, nanos);
    }

    private static <R extends Rule> ReadPush<R> judged(
            RuleKey key,
            SubscribeResponse push,
            DecodedRules<R> decoded,
            List<R> rules,
            List<RejectedRule> rejected,
            long nanos) {
        long version = push.getDataWithVersion().getVersion();
        decoded.warnings()
                .forEach(warning -> LOG.warn("Push {} for {}: {}", version, key, warning));
        int good = decoded.rules().size();
        if (rejected.isEmpty()) {
            return new ReadPush<>(
                    rules, rejected, true, Result.ACCEPTED, good, 0, nanos, WireStatus.SUCCESS, "");
        }
        String reasons =
                decoded.rejected().stream()
                        .map(RejectedMessage::reason)
                        .collect(Collectors.joining("; "));
        LOG.warn("Rejected rules of push {} for {}: {}", version, key, reasons);
        Result result = good == 0 ? Result.REJECTED : Result.PARTLY_REJECTED;
        return new ReadPush<>(
                rules,
                rejected,
                good > 0,
                result,
                good,
                rejected.size(),
                nanos,
                WireStatus.FORMAT,
                reasons);
    }

    private static <R extends Rule> @Nullable R find(List<R> rules, String name) {
        for (R rule : rules) {
            if (rule.name().equals(name)) {
                return rule;
            }
        }
        return null;
    }
}
