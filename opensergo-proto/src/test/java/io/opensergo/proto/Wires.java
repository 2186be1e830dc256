package io.opensergo.proto;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import java.util.Arrays;
import java.util.List;

/** What the tests of the codec share. */
final class Wires {

    static final String NAMESPACE = RuleArbitraries.NAMESPACE;
    static final String APP = RuleArbitraries.APP;
    static final WireCodec CODEC = new WireCodec();

    private Wires() {}

    static Any pack(Message message) {
        return Any.pack(message);
    }

    /** Decodes messages as a public control plane sends them: without details. */
    static <R extends Rule> DecodedRules<R> decode(RuleKind<R> kind, Message... messages) {
        List<Any> data = Arrays.stream(messages).map(Wires::pack).toList();
        return CODEC.decode(kind, NAMESPACE, APP, data, List.of());
    }

    /** Decodes the one rule of a message that must be good and leave nothing to warn of. */
    static <R extends Rule> R decodeOne(RuleKind<R> kind, Message message) {
        DecodedRules<R> decoded = decode(kind, message);
        if (decoded.rules().size() != 1 || !decoded.warnings().isEmpty()) {
            throw new AssertionError(decoded);
        }
        return decoded.rules().get(0);
    }

    /** Decodes the one message that must be refused and returns why. */
    static String reasonOf(RuleKind<?> kind, Message message) {
        DecodedRules<?> decoded = decode(kind, message);
        if (decoded.rejected().size() != 1 || !decoded.rules().isEmpty()) {
            throw new AssertionError(decoded);
        }
        return decoded.rejected().get(0).reason();
    }

    static <R extends Rule> DecodedRules<R> roundTrip(RuleKind<R> kind, List<R> rules) {
        EncodedRules encoded = CODEC.encode(rules);
        return CODEC.decode(kind, NAMESPACE, APP, encoded.data(), encoded.details());
    }
}
