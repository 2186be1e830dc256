package io.opensergo.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When the rules of a push came into force. */
class PushStampTest {

    private static final ConcurrencyLimitStrategy ANNOTATED =
            ConcurrencyLimitStrategy.builder(
                            Metadata.of(Wires.NAMESPACE, Wires.APP, "x")
                                    .withAnnotation("opensergo.io/mode", "shadow"))
                    .maxConcurrency(1)
                    .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999999999Z",
                "2026-11-25T01:02:03.000000004Z",
                "9999-12-31T23:59:59.999999999Z"
            })
    void isReadAsItWasWritten(Instant moment) {
        assertThat(PushStamp.of(List.of(PushStamp.write(moment)))).isEqualTo(moment);
    }

    @Test
    void isATimestampForEveryOtherReader() throws Exception {
        Any detail = PushStamp.write(Instant.ofEpochSecond(5, 6));

        assertThat(detail.unpack(Timestamp.class))
                .isEqualTo(Timestamp.newBuilder().setSeconds(5).setNanos(6).build());
    }

    @Test
    void isFoundAmongDocumentsAndLeavesThemAlone() {
        Instant moment = Instant.parse("2026-11-25T01:02:03Z");
        EncodedRules encoded = Wires.CODEC.encode(List.of(ANNOTATED));
        List<Any> details = new ArrayList<>(encoded.details());
        details.add(0, PushStamp.write(moment));
        details.add(PushStamp.write(moment.plusSeconds(1)));

        var decoded =
                Wires.CODEC.decode(
                        ConcurrencyLimitStrategy.KIND,
                        Wires.NAMESPACE,
                        Wires.APP,
                        encoded.data(),
                        details);

        assertThat(PushStamp.of(details)).isEqualTo(moment);
        assertThat(decoded.rules()).containsExactly(ANNOTATED);
        assertThat(decoded.rejected()).isEmpty();
        assertThat(decoded.warnings()).isEmpty();
    }

    @Test
    void isAbsentWhereNobodyWroteOne() {
        assertThat(PushStamp.of(List.of())).isNull();
        assertThat(PushStamp.of(Wires.CODEC.encode(List.of(ANNOTATED)).details())).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "253402300800, 0",
        "-62135596801, 0",
        "9223372036854775807, 0",
        "-9223372036854775808, 0",
        "0, 1000000000",
        "0, -1"
    })
    void isAbsentIfItIsNoMoment(long seconds, int nanos) {
        Any detail = Any.pack(Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build());

        assertThat(PushStamp.of(List.of(detail))).isNull();
    }

    @Test
    void isAbsentIfItCannotBeRead() {
        Any garbage =
                PushStamp.write(Instant.EPOCH).toBuilder()
                        .setValue(ByteString.copyFromUtf8("garbage"))
                        .build();

        assertThat(PushStamp.of(List.of(garbage))).isNull();
    }

    @Test
    void isRefusedOutsideItsRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PushStamp.write(Instant.MAX))
                .withMessageContaining("years 1 to 9999");
    }
}
