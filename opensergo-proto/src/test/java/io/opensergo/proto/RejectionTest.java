package io.opensergo.proto;

import static io.opensergo.proto.Wires.CODEC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
import io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.database.DatabaseEndpoint;
import io.opensergo.rules.database.DatabaseEndpoint.Database;
import io.opensergo.rules.database.DatabaseEndpoint.MySql;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.Strategy;
import io.opensergo.rules.traffic.TrafficRouter;
import io.opensergo.rules.traffic.VirtualWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Bad messages are rejected alone, and say why. */
class RejectionTest {

    private static final Any GOOD = CODEC.encode(List.of(rule("good"))).data().get(0);

    private static RateLimitStrategy rule(String name) {
        return RateLimitStrategy.builder(Metadata.of(Wires.NAMESPACE, Wires.APP, name))
                .threshold(10)
                .statDuration(Duration.ofSeconds(1))
                .build();
    }

    private static <R extends Rule> DecodedRules<R> decode(RuleKind<R> kind, Any... data) {
        return CODEC.decode(kind, Wires.NAMESPACE, Wires.APP, List.of(data), List.of());
    }

    private static Any withValue(String typeName, ByteString value) {
        return Any.newBuilder()
                .setTypeUrl("type.googleapis.com/" + typeName)
                .setValue(value)
                .build();
    }

    @Test
    void anEmptyPushIsAnEmptySet() {
        assertThat(decode(RateLimitStrategy.KIND))
                .isEqualTo(new DecodedRules<>(List.of(), List.of(), List.of()));
    }

    @Test
    void reasonOfTheControlPlaneIsShownInPlaceOfItsRules() {
        var decoded = decode(RateLimitStrategy.KIND, UndeliverableRules.write("they take 20 MiB"));

        assertThat(decoded.rules()).isEmpty();
        assertThat(decoded.rejected())
                .extracting(RejectedMessage::name, RejectedMessage::reason)
                .containsExactly(
                        tuple(
                                null,
                                "item 0 (RateLimitStrategy): the control plane cannot deliver its"
                                        + " rules: they take 20 MiB"));
    }

    @Test
    void reasonThatCannotBeReadIsAMessageOfTheWrongType() {
        var decoded =
                decode(
                        RateLimitStrategy.KIND,
                        withValue("google.protobuf.StringValue", ByteString.copyFromUtf8("x")));

        assertThat(decoded.rejected().get(0).reason()).contains("StringValue", "must be a");
    }

    @Test
    void oneBadItemDoesNotSpoilTheOthers() {
        var bad =
                Any.pack(
                        io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy
                                .newBuilder()
                                .setName("bad")
                                .build());

        var decoded = decode(RateLimitStrategy.KIND, bad, GOOD, bad);

        assertThat(decoded.rules()).containsExactly(rule("good"));
        assertThat(decoded.rejected())
                .extracting(RejectedMessage::index, RejectedMessage::name)
                .containsExactly(tuple(0, "bad"), tuple(2, "bad"));
    }

    @Test
    void theLaterOfTwoRulesOfOneNameIsRejected() {
        var decoded = decode(RateLimitStrategy.KIND, GOOD, GOOD);

        assertThat(decoded.rules()).hasSize(1);
        assertThat(decoded.rejected())
                .containsExactly(
                        new RejectedMessage(
                                1,
                                "good",
                                "item 1 (RateLimitStrategy 'good'): metadata.name must be unique in"
                                        + " the set, but item 0 has it too"));
    }

    @Test
    void anotherTypeIsRejectedNamingBoth() {
        var decoded =
                decode(RateLimitStrategy.KIND, Any.pack(ThrottlingStrategy.getDefaultInstance()));

        assertThat(decoded.rejected())
                .containsExactly(
                        new RejectedMessage(
                                0,
                                null,
                                "item 0 (RateLimitStrategy): must be a"
                                        + " io.opensergo.proto.fault_tolerance.v1.RateLimitStrategy"
                                        + " or a google.protobuf.Struct, was"
                                        + " \"type.googleapis.com/"
                                        + "io.opensergo.proto.fault_tolerance.v1"
                                        + ".ThrottlingStrategy\""));
    }

    @Test
    void aKindWithoutAPublicMessageTakesAStructOnly() {
        assertThat(decode(VirtualWorkload.KIND, GOOD).rejected().get(0).reason())
                .contains(
                        "must be a google.protobuf.Struct, was \"type.googleapis.com/io.opensergo");
    }

    @Test
    void anyPrefixOfATypeIsTakenIfItEndsInASlash() {
        String name = "io.opensergo.proto.fault_tolerance.v1.RateLimitStrategy";
        for (String prefix : List.of("/", "example.org/", "https://example.org/types/")) {
            var item = GOOD.toBuilder().setTypeUrl(prefix + name).build();
            assertThat(decode(RateLimitStrategy.KIND, item).rules()).hasSize(1);
        }
        for (String prefix : List.of("", "x", "type.googleapis.com/x.")) {
            var item = GOOD.toBuilder().setTypeUrl(prefix + name).build();
            assertThat(decode(RateLimitStrategy.KIND, item).rejected()).hasSize(1);
        }
    }

    @Test
    void aStructIsTakenForAKindWithAPublicMessage() {
        Any item = Any.pack(StructMapping.write(rule("x")));

        assertThat(decode(RateLimitStrategy.KIND, item).rules()).containsExactly(rule("x"));
    }

    @Test
    void aDocumentWithoutANamespaceIsInThatOfThePush() {
        Struct document = StructMapping.write(rule("x"));
        var metadata = document.getFieldsOrThrow("metadata").getStructValue().toBuilder();
        Struct without =
                document.toBuilder()
                        .putFields(
                                "metadata",
                                Value.newBuilder()
                                        .setStructValue(metadata.removeFields("namespace"))
                                        .build())
                        .build();

        assertThat(decode(RateLimitStrategy.KIND, Any.pack(without)).rules())
                .containsExactly(rule("x"));
    }

    @Test
    void aDocumentOfAnotherKindIsRejected() {
        Any item = Any.pack(StructMapping.write(rule("x")));

        var decoded = decode(TrafficRouter.KIND, item);

        assertThat(decoded.rejected())
                .containsExactly(
                        new RejectedMessage(
                                0,
                                "x",
                                "item 0 (TrafficRouter 'x'): kind must be"
                                        + " traffic.opensergo.io/v1alpha1/TrafficRouter, was"
                                        + " \"fault-tolerance.opensergo.io/v1alpha1/RateLimitStrategy\""));
    }

    @Test
    void aDocumentIsReadLeniently() {
        Struct odd =
                StructMapping.write(rule("x")).toBuilder()
                        .putFields("extra", Value.newBuilder().setBoolValue(true).build())
                        .build();

        var decoded = decode(RateLimitStrategy.KIND, Any.pack(odd));

        assertThat(decoded.rules()).containsExactly(rule("x"));
        assertThat(decoded.warnings()).hasSize(1);
        assertThat(decoded.warnings().get(0))
                .startsWith("item 0 (RateLimitStrategy 'x'): extra is an unknown field");
    }

    @Test
    void numbersThatAreNoneAreRejected() {
        Struct document = StructMapping.write(rule("x"));
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300, 0.5, -1}) {
            var spec =
                    document.getFieldsOrThrow("spec").getStructValue().toBuilder()
                            .putFields(
                                    "threshold", Value.newBuilder().setNumberValue(number).build());
            Struct odd =
                    document.toBuilder()
                            .putFields("spec", Value.newBuilder().setStructValue(spec).build())
                            .build();

            assertThat(decode(RateLimitStrategy.KIND, Any.pack(odd)).rejected())
                    .as("threshold %s", number)
                    .singleElement()
                    .extracting(RejectedMessage::reason)
                    .asString()
                    .startsWith("item 0 (RateLimitStrategy 'x'): spec.threshold must be");
        }
    }

    @Test
    void documentsNestedBeyondAllBoundsAreRejected() {
        ByteString nested = Value.newBuilder().setBoolValue(true).build().toByteString();
        for (int i = 0; i < 2_000; i++) {
            ByteString list = field(ListValue.VALUES_FIELD_NUMBER, nested);
            nested = field(Value.LIST_VALUE_FIELD_NUMBER, list);
        }
        ByteString entry = field(1, ByteString.copyFromUtf8("spec")).concat(field(2, nested));
        Any item =
                Any.newBuilder()
                        .setTypeUrl("type.googleapis.com/google.protobuf.Struct")
                        .setValue(field(Struct.FIELDS_FIELD_NUMBER, entry))
                        .build();

        assertThat(decode(VirtualWorkload.KIND, item, item).rejected()).hasSize(2);
    }

    /** Writes a field from the inside, since a message that deep would overflow the stack here. */
    private static ByteString field(int number, ByteString content) {
        var field = UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build();
        return UnknownFieldSet.newBuilder().addField(number, field).build().toByteString();
    }

    @Test
    void aTruncatedMessageIsRejected() {
        ByteString bytes = GOOD.getValue();
        Any cut = GOOD.toBuilder().setValue(bytes.substring(0, 3)).build();

        assertThat(decode(RateLimitStrategy.KIND, cut, GOOD).rejected().get(0).reason())
                .startsWith(
                        "item 0 (RateLimitStrategy): must be the bytes of a"
                                + " io.opensergo.proto.fault_tolerance.v1.RateLimitStrategy, was 3"
                                + " bytes that are none (");
    }

    @Property(tries = 500)
    void garbageNeverThrows(@ForAll @Size(max = 200) byte[] garbage) {
        ByteString bytes = ByteString.copyFrom(garbage);
        for (RuleKind<?> kind : RuleKinds.standard().all()) {
            List<Any> data = new ArrayList<>();
            for (String type :
                    List.of(
                            "io.opensergo.proto.fault_tolerance.v1." + kind.name(),
                            "envoy.config.route.v3.RouteConfiguration",
                            "google.protobuf.Struct")) {
                data.add(withValue(type, bytes));
            }

            var decoded = CODEC.decode(kind, Wires.NAMESPACE, Wires.APP, data, data);

            assertThat(decoded.rules().size() + decoded.rejected().size()).isEqualTo(data.size());
        }
    }

    @Property(tries = 500)
    void damagedMessagesNeverThrow(@ForAll int seed) {
        var random = new Random(seed);
        for (RuleKind<?> kind : List.of(TrafficRouter.KIND, RateLimitStrategy.KIND)) {
            Any good = CODEC.encode(List.of(RuleArbitraries.rules(kind).sample())).data().get(0);
            byte[] bytes = good.getValue().toByteArray();
            for (int i = 0; i < 3; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Any damaged = good.toBuilder().setValue(ByteString.copyFrom(bytes)).build();

            assertThat(decode(kind, damaged).warnings()).isNotNull();
        }
    }

    @Test
    void hugeNamesAreRejectedWithoutRepeatingThem() {
        Any item = CODEC.encode(List.of(rule("n".repeat(1024)))).data().get(0);
        var message =
                io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy.newBuilder()
                        .setName("n".repeat(1_000_000))
                        .build();

        var decoded = decode(RateLimitStrategy.KIND, item, Any.pack(message));

        assertThat(decoded.rules()).hasSize(1);
        assertThat(decoded.rejected().get(0).reason())
                .hasSizeLessThan(300)
                .contains("name must be a text of 1 to 1024 characters, was 1000000 characters");
    }

    @Test
    void passwordsAreNeverShown() throws Exception {
        var endpoint =
                DatabaseEndpoint.builder(Metadata.of(Wires.NAMESPACE, Wires.APP, "db"))
                        .database(
                                Database.builder()
                                        .mySql(
                                                MySql.builder()
                                                        .url("jdbc:mysql://h/db?password=hunter2")
                                                        .username("user")
                                                        .password("hunter2")
                                                        .connectionTimeout(1)
                                                        .idleTimeoutMilliseconds(1)
                                                        .maxLifetimeMilliseconds(1)
                                                        .maxPoolSize(1)
                                                        .minPoolSize(1)
                                                        .build())
                                        .build())
                        .build();
        Struct document = StructMapping.write(endpoint);
        String text = document.toString();

        assertThat(text).contains("hunter2");
        for (String broken :
                List.of(
                        text.replace("string_value: \"hunter2\"", "number_value: 4711"),
                        text.replace("\"password\"", "\"maxPoolSize\""),
                        text.replace("\"db\"", "\"\""))) {
            var reasons =
                    decode(DatabaseEndpoint.KIND, Any.pack(TextFormat.parse(broken, Struct.class)));
            assertThat(reasons.rejected()).hasSize(1);
            assertThat(reasons.toString()).doesNotContain("hunter2").doesNotContain("4711");
        }
    }

    @Test
    void aKindThatBorrowsTheNameOfAnotherIsAMistakeOfTheCaller() {
        var borrowed = RuleKind.of(Strategy.API_VERSION, "RateLimitStrategy", TrafficRouter.class);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> decode(borrowed, GOOD))
                .withMessageContaining("two record classes");
    }
}
