package io.opensergo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;

/**
 * Any bytes as a response of a control plane: either they are none, or its data and its details are
 * decoded without a throw.
 */
class WireResponseFuzzTest {

    @FuzzTest
    void rejectsBadPushesAndNeverThrows(byte[] input) {
        SubscribeResponse response;
        try {
            response = Bounded.inTime(() -> parse(input));
        } catch (NoResponseException e) {
            return;
        }
        RuleKind<?> found = RuleKinds.standard().find(response.getKind());
        RuleKind<?> named = found == null ? FaultToleranceRule.KIND : found;
        Decodings.check(
                named,
                response.getDataWithVersion().getDataList(),
                response.getStatus().getDetailsList());
    }

    private static SubscribeResponse parse(byte[] input) {
        try {
            return SubscribeResponse.parseFrom(input);
        } catch (InvalidProtocolBufferException e) {
            throw new NoResponseException(e);
        }
    }

    private static final class NoResponseException extends RuntimeException {

        NoResponseException(Throwable cause) {
            super(cause);
        }
    }
}
