package io.opensergo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import java.util.Comparator;
import java.util.List;

/**
 * The wire decoder on any bytes that say they are a message of a kind, and on any document beside
 * it: nothing throws, and what is taken for a rule is one.
 *
 * <p>The first byte of the input chooses the kind and the second the type of the message; the third
 * says how many of the rest are a document in the details.
 */
class WireMessageFuzzTest {

    static final List<RuleKind<?>> KINDS =
            RuleKinds.standard().all().stream()
                    .sorted(Comparator.comparing(RuleKind::wireName))
                    .toList();

    static final List<String> TYPES =
            List.of(
                    "type.googleapis.com/google.protobuf.Struct",
                    "type.googleapis.com/io.opensergo.proto.fault_tolerance.v1.FaultToleranceRule",
                    "type.googleapis.com/io.opensergo.proto.fault_tolerance.v1.RateLimitStrategy",
                    "type.googleapis.com/io.opensergo.proto.fault_tolerance.v1.ThrottlingStrategy",
                    "type.googleapis.com/io.opensergo.proto.fault_tolerance.v1.ConcurrencyLimitStrategy",
                    "type.googleapis.com/io.opensergo.proto.fault_tolerance.v1.CircuitBreakerStrategy",
                    "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
                    "type.googleapis.com/nothing.that.is.Known");

    static final int HEADER = 3;

    @FuzzTest
    void rejectsBadMessagesAndNeverThrows(byte[] input) {
        if (input.length < HEADER) {
            return;
        }
        RuleKind<?> kind = KINDS.get(Byte.toUnsignedInt(input[0]) % KINDS.size());
        String type = TYPES.get(Byte.toUnsignedInt(input[1]) % TYPES.size());
        int rest = input.length - HEADER;
        int beside = rest * Byte.toUnsignedInt(input[2]) / 256;
        ByteString value = ByteString.copyFrom(input, HEADER, rest - beside);
        ByteString document = ByteString.copyFrom(input, HEADER + rest - beside, beside);

        Decodings.check(
                kind,
                List.of(any(type, value), any(type, value)),
                beside == 0 ? List.of() : List.of(any(TYPES.get(0), document)));
    }

    static Any any(String type, ByteString value) {
        return Any.newBuilder().setTypeUrl(type).setValue(value).build();
    }
}
