package io.opensergo.controlplane;

import io.opensergo.proto.EncodedRules;
import io.opensergo.proto.WireCodec;
import io.opensergo.proto.WireStatus;
import io.opensergo.proto.internal.transport.v1.DataWithVersion;
import io.opensergo.proto.internal.transport.v1.Status;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.Rule;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All rules of a key in one version.
 *
 * <p>Immutable but for its wire form, which is made when the first stream asks for it and is then
 * shared by all: a set that nobody subscribed to is never encoded.
 */
final class RuleSet {

    private static final Logger LOG = LoggerFactory.getLogger(RuleSet.class);
    private static final Status SUCCESS =
            Status.newBuilder().setCode(WireStatus.SUCCESS).setMessage("ok").build();

    private final Object encoding = new Object();
    private final RuleKey key;
    private final long version;
    private final List<Rule> rules;
    private @Nullable SubscribeResponse response; // guarded by encoding

    RuleSet(RuleKey key, long version, List<Rule> rules) {
        this.key = key;
        this.version = version;
        this.rules = rules;
    }

    long version() {
        return version;
    }

    List<Rule> rules() {
        return rules;
    }

    /**
     * Returns what is pushed to every stream; only who sends it and the response id are missing.
     *
     * <p>Rules that cannot be encoded, which takes a fault in a kind that a user added, make it an
     * error for this key alone: other keys and other streams go on.
     */
    SubscribeResponse response(WireCodec codec) {
        synchronized (encoding) {
            if (response == null) {
                response = encode(codec);
            }
            return response;
        }
    }

    private SubscribeResponse encode(WireCodec codec) {
        var push =
                SubscribeResponse.newBuilder()
                        .setNamespace(key.namespace())
                        .setApp(key.app())
                        .setKind(key.kind());
        EncodedRules encoded;
        try {
            encoded = codec.encode(rules);
        } catch (RuntimeException e) {
            LOG.error(
                    "Cannot encode version {} of {}; its subscribers keep the last",
                    version,
                    key,
                    e);
            return push.setAck(WireStatus.NACK)
                    .setStatus(
                            Status.newBuilder()
                                    .setCode(WireStatus.UNKNOWN)
                                    .setMessage("the control plane cannot encode these rules"))
                    .build();
        }
        return push.setStatus(SUCCESS.toBuilder().addAllDetails(encoded.details()))
                .setDataWithVersion(
                        DataWithVersion.newBuilder().setVersion(version).addAllData(encoded.data()))
                .build();
    }
}
