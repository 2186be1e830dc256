package io.opensergo.proto;

import static io.opensergo.proto.Wires.CODEC;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.FaultToleranceRule;
import io.opensergo.rules.faulttolerance.FaultToleranceRule.ResourceRef;
import io.opensergo.rules.faulttolerance.LimitMode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What travels beside the public messages. */
class DocumentDetailsTest {

    private static final Metadata METADATA = Metadata.of(Wires.NAMESPACE, Wires.APP, "x");
    private static final ConcurrencyLimitStrategy PLAIN =
            ConcurrencyLimitStrategy.builder(METADATA).maxConcurrency(Long.MAX_VALUE).build();
    private static final ConcurrencyLimitStrategy ANNOTATED =
            ConcurrencyLimitStrategy.builder(METADATA.withAnnotation("opensergo.io/mode", "shadow"))
                    .maxConcurrency(Long.MAX_VALUE)
                    .limitMode(LimitMode.GLOBAL_TO_LOCAL)
                    .build();

    private static DecodedRules<ConcurrencyLimitStrategy> decode(
            List<? extends Rule> rules, Any... details) {
        return CODEC.decode(
                ConcurrencyLimitStrategy.KIND,
                Wires.NAMESPACE,
                Wires.APP,
                CODEC.encode(rules).data(),
                List.of(details));
    }

    private static Any detail(Value index, Value document) {
        return Any.pack(
                Struct.newBuilder()
                        .putFields("index", index)
                        .putFields("document", document)
                        .build());
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private static Value document(Rule rule) {
        return Value.newBuilder().setStructValue(StructMapping.write(rule)).build();
    }

    /** Decodes with a detail that must be ignored, and returns the warning. */
    private static String warningOf(Any detail) {
        var decoded = decode(List.of(PLAIN), detail);
        assertThat(decoded.rules()).containsExactly(PLAIN);
        assertThat(decoded.rejected()).isEmpty();
        assertThat(decoded.warnings()).hasSize(1);
        return decoded.warnings().get(0);
    }

    @Test
    void aDetailIsAStructOfThePositionAndTheDocument() throws Exception {
        EncodedRules encoded = CODEC.encode(List.of(PLAIN, ANNOTATED));

        assertThat(encoded.data()).hasSize(2);
        assertThat(encoded.details()).hasSize(1);
        Struct detail = encoded.details().get(0).unpack(Struct.class);
        assertThat(detail.getFieldsMap()).containsOnlyKeys("index", "document");
        assertThat(detail.getFieldsOrThrow("index").getNumberValue()).isEqualTo(1);
        assertThat(detail.getFieldsOrThrow("document")).isEqualTo(document(ANNOTATED));
    }

    @Test
    void theDocumentIsPreferredToTheMessage() {
        assertThat(decode(List.of(PLAIN), detail(number(0), document(ANNOTATED))).rules())
                .containsExactly(ANNOTATED);
    }

    @Test
    void withoutDetailsTheMessageIsAllThereIs() {
        assertThat(decode(List.of(ANNOTATED)).rules())
                .containsExactly(
                        ConcurrencyLimitStrategy.builder(METADATA)
                                .maxConcurrency(Long.MAX_VALUE)
                                .limitMode(LimitMode.GLOBAL)
                                .build());
    }

    @Test
    void aRuleWithoutAnAppStaysWithoutOne() {
        var rule =
                ConcurrencyLimitStrategy.builder(
                                Metadata.builder().name("x").namespace(Wires.NAMESPACE).build())
                        .maxConcurrency(1)
                        .build();

        assertThat(Wires.roundTrip(ConcurrencyLimitStrategy.KIND, List.of(rule)).rules())
                .containsExactly(rule);
    }

    @Test
    void namesAndDerivedNamesOfOneSetDoNotClash() {
        var unnamed =
                FaultToleranceRule.builder(METADATA)
                        .targets(List.of(ResourceRef.of("GET:/foo")))
                        .strategies(List.of())
                        .build();
        Any message = CODEC.encode(List.of(unnamed)).data().get(0);
        String derived =
                CODEC.decode(
                                FaultToleranceRule.KIND,
                                Wires.NAMESPACE,
                                Wires.APP,
                                List.of(message),
                                List.of())
                        .rules()
                        .get(0)
                        .name();
        var taken =
                FaultToleranceRule.builder(Metadata.of(Wires.NAMESPACE, Wires.APP, derived))
                        .targets(unnamed.targets())
                        .strategies(List.of())
                        .build();

        var decoded =
                CODEC.decode(
                        FaultToleranceRule.KIND,
                        Wires.NAMESPACE,
                        Wires.APP,
                        List.of(message, message, message),
                        List.of(detail(number(0), document(taken))));

        assertThat(decoded.rejected()).isEmpty();
        assertThat(decoded.rules())
                .extracting(FaultToleranceRule::name)
                .containsExactly(derived, derived + "-2", derived + "-3");
    }

    @Test
    void aRuleUnderItsDerivedNameNeedsNoDetail() {
        var rule =
                FaultToleranceRule.builder(METADATA)
                        .targets(List.of(ResourceRef.of("GET:/foo")))
                        .strategies(List.of())
                        .build();
        var message = CODEC.encode(List.of(rule)).data();
        var relayed =
                CODEC.decode(
                                FaultToleranceRule.KIND,
                                Wires.NAMESPACE,
                                Wires.APP,
                                message,
                                List.of())
                        .rules();

        assertThat(CODEC.encode(relayed).details()).isEmpty();
    }

    @Test
    void aDetailOfAnotherTypeIsIgnored() {
        assertThat(warningOf(Any.pack(UInt32Value.of(1))))
                .isEqualTo(
                        "status.details[0] is ignored: must be a google.protobuf.Struct, was"
                                + " \"type.googleapis.com/google.protobuf.UInt32Value\"");
    }

    @Test
    void garbageIsIgnored() {
        Any garbage =
                Any.pack(Struct.getDefaultInstance()).toBuilder()
                        .setValue(ByteString.copyFromUtf8("garbage"))
                        .build();

        assertThat(warningOf(garbage))
                .startsWith("status.details[0] is ignored: must be the bytes of a");
    }

    @Test
    void aPositionThatIsNoneIsIgnored() {
        Value document = document(ANNOTATED);
        for (Value index :
                List.of(
                        Value.newBuilder().setStringValue("0").build(),
                        Value.getDefaultInstance(),
                        number(-1),
                        number(0.5),
                        number(1),
                        number(1e300),
                        number(Double.NaN))) {
            assertThat(warningOf(detail(index, document)))
                    .isEqualTo(
                            "status.details[0] is ignored: index must be a position in the data,"
                                    + " which has 1 items");
        }
    }

    @Test
    void aDocumentThatIsNoneIsIgnored() {
        assertThat(warningOf(detail(number(0), number(0))))
                .isEqualTo("status.details[0] is ignored: document must be an object");
    }

    @Test
    void aSecondDetailForOneRuleIsIgnored() {
        Any detail = detail(number(0), document(ANNOTATED));

        var decoded = decode(List.of(PLAIN), detail, detail);

        assertThat(decoded.rules()).containsExactly(ANNOTATED);
        assertThat(decoded.warnings())
                .containsExactly(
                        "status.details[1] is ignored: a detail before it is about item 0 already");
    }

    @Test
    void anInvalidDocumentIsIgnored() {
        Value empty = Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build();
        var rule =
                FaultToleranceRule.builder(METADATA)
                        .targets(List.of())
                        .strategies(List.of())
                        .build();

        assertThat(warningOf(detail(number(0), empty)))
                .startsWith(
                        "item 0 (ConcurrencyLimitStrategy): its document in the details is"
                                + " ignored: kind must be");
        assertThat(warningOf(detail(number(0), document(rule))))
                .contains("'x'", "kind must be", "was \"fault-tolerance.opensergo.io");
    }
}
