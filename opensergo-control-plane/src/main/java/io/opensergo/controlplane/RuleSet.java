package io.opensergo.controlplane;

import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.PushStamp;
import io.opensergo.proto.UndeliverableRules;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireKey;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All rules of a key, from one change of them to the next.
 *
 * <p>Immutable but for its wire form, which is made when the first stream asks for it and is then
 * shared by all: a set that nobody subscribed to is never encoded.
 */
final class RuleSet {

    private static final Logger LOG = LoggerFactory.getLogger(RuleSet.class);
    private static final Status SUCCESS =
            Status.newBuilder().setCode(WireStatus.SUCCESS).setMessage("ok").build();

    /** Kept of a push for what is not the same for every stream. */
    private static final int BESIDE_BYTES = 4096;

    private final Object encoding = new Object();
    private final WireKey key;
    private final long since;
    private final Instant changedAt;
    private final List<Rule> rules;
    private @Nullable SubscribeResponse response; // guarded by encoding

    /**
     * @param since the revision at which it came into force
     * @param changedAt when that was on this process's clock
     */
    RuleSet(WireKey key, long since, Instant changedAt, List<Rule> rules) {
        this.key = key;
        this.since = since;
        this.changedAt = changedAt;
        this.rules = rules;
    }

    long since() {
        return since;
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    boolean holdsExactly(Collection<Rule> others) {
        return rules.size() == others.size() && rules.equals(List.copyOf(others));
    }

    List<Rule> rules() {
        return rules;
    }

    /**
     * Returns what is pushed to every stream; only who sends it and the response id are missing.
     *
     * <p>Rules that cannot be encoded, which takes a fault in a kind that a user added, are not
     * pushed, nor are rules that are too large for one message: each client that reads less would
     * end its stream, come again and end it again, and never get to its other keys. In place of
     * both goes a message that no client can use, which says why. So clients keep what they have
     * and one that has nothing yet is answered; a refusal would have them drop the key for good.
     *
     * @param version the revision at which this set was found in force
     * @param maxBytes how large a push may be, with what it says beside the rules
     */
    SubscribeResponse response(WireCodec codec, long version, int maxBytes, Counters counters) {
        synchronized (encoding) {
            SubscribeResponse last = response;
            response =
                    last == null
                            ? encode(codec, version, maxBytes, counters)
                            : withVersion(last, version);
            return response;
        }
    }

    /** The streams of one change ask for the same version, and share all of it. */
    private static SubscribeResponse withVersion(SubscribeResponse response, long version) {
        DataWithVersion data = response.getDataWithVersion();
        return data.getVersion() == version
                ? response
                : response.toBuilder()
                        .setDataWithVersion(data.toBuilder().setVersion(version))
                        .build();
    }

    private SubscribeResponse encode(
            WireCodec codec, long version, int maxBytes, Counters counters) {
        EncodedRules encoded;
        try {
            encoded = codec.encode(rules);
        } catch (RuntimeException e) {
            LOG.error(
                    "Cannot encode version {} of {}; its subscribers keep what they have until"
                            + " there is a better one",
                    version,
                    key,
                    e);
            return undeliverable("they cannot be encoded, its log says why", version);
        }
        SubscribeResponse full = responseOf(encoded, version);
        int bytes = full.getSerializedSize();
        if (rules.isEmpty() || bytes <= Math.max(maxBytes - BESIDE_BYTES, maxBytes / 2)) {
            return full;
        }
        counters.oversizePushes.increment();
        LOG.error(
                "Version {} of {} takes {} bytes, more than the {} of a push (maxPushBytes):"
                        + " its subscribers keep what they have. Use fewer or shorter rules"
                        + " of this kind, or split the application",
                version,
                key,
                bytes,
                maxBytes);
        return undeliverable(
                "they take " + bytes + " bytes, and a push has at most " + maxBytes, version);
    }

    private SubscribeResponse undeliverable(String reason, long version) {
        return responseOf(
                new EncodedRules(List.of(UndeliverableRules.write(reason)), List.of()), version);
    }

    private SubscribeResponse responseOf(EncodedRules encoded, long version) {
        return SubscribeResponse.newBuilder()
                .setNamespace(key.namespace())
                .setApp(key.app())
                .setKind(key.kind())
                .setStatus(
                        SUCCESS.toBuilder()
                                .addAllDetails(encoded.details())
                                .addDetails(PushStamp.write(changedAt)))
                .setDataWithVersion(
                        DataWithVersion.newBuilder().setVersion(version).addAllData(encoded.data()))
                .build();
    }
}
