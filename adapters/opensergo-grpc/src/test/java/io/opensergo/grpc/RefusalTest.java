package io.opensergo.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written by hand is what protobuf reads. */
class RefusalTest {

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.000000001S", "PT0.127S", "PT1S", "PT2M3.5S", "PT876000H"})
    void protobufReadsTheDetailsOfARefusal(String text) throws InvalidProtocolBufferException {
        Duration delay = Duration.parse(text);

        Status status = Status.parseFrom(ErrorDetails.retryAfter(8, "zu viel: ü€", delay));

        assertThat(status.getCode()).isEqualTo(8);
        assertThat(status.getMessage()).isEqualTo("zu viel: ü€");
        assertThat(status.getDetailsList()).hasSize(1);
        var retryDelay = status.getDetails(0).unpack(RetryInfo.class).getRetryDelay();
        assertThat(retryDelay.getSeconds()).isEqualTo(delay.getSeconds());
        assertThat(retryDelay.getNanos()).isEqualTo(delay.getNano());
        assertThat(status.getUnknownFields().asMap()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "short",
                "a description of more than a hundred and twenty-eight bytes, for which protobuf needs two bytes of length and not only one, as for a short"
            })
    void protobufReadsItsBytesAsItWouldWriteThem(String message)
            throws InvalidProtocolBufferException {
        byte[] written = ErrorDetails.retryAfter(14, message, Duration.ofMillis(1500));

        Status read = Status.parseFrom(written);

        assertThat(read.getMessage()).isEqualTo(message);
        assertThat(read.toBuilder().build().getDetails(0).getTypeUrl())
                .isEqualTo("type.googleapis.com/google.rpc.RetryInfo");
    }
}
