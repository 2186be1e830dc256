package io.opensergo.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.opensergo.proto.internal.common.v1.TimeUnit;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy;
import io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy;
import io.opensergo.proto.internal.fault_tolerance.v1.FaultToleranceRule;
import io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy;
import io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy;
import io.opensergo.proto.internal.router.v1.ClusterFallbackConfig_ClusterConfig;
import io.opensergo.proto.internal.service_contract.v1.MetadataServiceGrpc;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataReply;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.proto.internal.transport.v1.OpenSergoUniversalTransportServiceGrpc;
import io.opensergo.proto.internal.transport.v1.SubscribeRequest;
import io.opensergo.proto.internal.transport.v1.SubscribeResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The generated messages against the published tables, each field by its bytes. */
class WireCompatibilityTest {

    private static final int DEPTH = 6;

    private static final WireSchema OURS =
            new WireSchema()
                    .with("io.opensergo.proto.common.v1", WireTables.COMMON)
                    .with("io.opensergo.proto.transport.v1", WireTables.TRANSPORT)
                    .with("io.opensergo.proto.fault_tolerance.v1", WireTables.FAULT_TOLERANCE)
                    .with("io.opensergo.proto.router.v1", WireTables.ROUTER)
                    .with("opensergo.proto.service_contract.v1", WireTables.SERVICE_CONTRACT);

    private static final WireSchema ENVOY =
            new WireSchema()
                    .with("envoy.type.matcher.v3", WireTables.ENVOY_MATCHER)
                    .with("envoy.type.v3", WireTables.ENVOY_TYPE)
                    .with("envoy.config.core.v3", WireTables.ENVOY_CORE)
                    .with("envoy.config.route.v3", WireTables.ENVOY_ROUTE);

    private static final Map<String, Descriptor> GENERATED =
            reachable(
                    SubscribeRequest.getDescriptor(),
                    SubscribeResponse.getDescriptor(),
                    FaultToleranceRule.getDescriptor(),
                    RateLimitStrategy.getDescriptor(),
                    ThrottlingStrategy.getDescriptor(),
                    ConcurrencyLimitStrategy.getDescriptor(),
                    CircuitBreakerStrategy.getDescriptor(),
                    ClusterFallbackConfig_ClusterConfig.getDescriptor(),
                    ReportMetadataRequest.getDescriptor(),
                    ReportMetadataReply.getDescriptor(),
                    RouteConfiguration.getDescriptor());

    static Stream<Descriptor> ownMessages() {
        return OURS.messages().values().stream();
    }

    static Stream<Descriptor> allMessages() {
        return Stream.of(OURS, ENVOY).flatMap(schema -> schema.messages().values().stream());
    }

    @ParameterizedTest
    @MethodSource("ownMessages")
    void ownMessagesHaveThePublishedFieldsAndNoOthers(Descriptor published) {
        Descriptor generated = GENERATED.get(published.getFullName());

        assertThat(describe(generated)).isEqualTo(describe(published));
    }

    @ParameterizedTest
    @MethodSource("allMessages")
    void everyFieldSurvivesOnItsOwn(Descriptor published) throws Exception {
        Descriptor generated = GENERATED.get(published.getFullName());
        assertThat(generated).as("message %s", published.getFullName()).isNotNull();
        for (FieldDescriptor field : published.getFields()) {
            var message = DynamicMessage.newBuilder(published);
            set(message, field, DEPTH);

            assertSame(message.build(), generated, field);
        }
    }

    @ParameterizedTest
    @MethodSource("ownMessages")
    void allFieldsTogetherSurvive(Descriptor published) throws Exception {
        Message full = full(published, DEPTH);

        DynamicMessage parsed =
                DynamicMessage.parseFrom(
                        GENERATED.get(published.getFullName()), full.toByteString());

        assertNothingUnknown(parsed);
        assertThat(DynamicMessage.parseFrom(published, parsed.toByteString())).isEqualTo(full);
    }

    @Test
    void theGeneratedClassesParseWhatTheTablesSay() throws Exception {
        Descriptor published = OURS.messages().get("io.opensergo.proto.transport.v1.Status");
        Message full =
                full(OURS.messages().get(SubscribeResponse.getDescriptor().getFullName()), DEPTH);

        SubscribeResponse parsed = SubscribeResponse.parseFrom(full.toByteString());

        assertThat(parsed.getStatus().getCode()).isEqualTo(-7);
        assertThat(parsed.getAck()).isEqualTo("ack ü");
        assertThat(parsed.getNamespace()).isEqualTo("namespace ü");
        assertThat(parsed.getApp()).isEqualTo("app ü");
        assertThat(parsed.getKind()).isEqualTo("kind ü");
        assertThat(parsed.getDataWithVersion().getVersion()).isEqualTo(Long.MIN_VALUE + 7);
        assertThat(parsed.getControlPlane().getIdentifier()).isEqualTo("identifier ü");
        assertThat(parsed.getResponseId()).isEqualTo("response_id ü");
        assertThat(published.getFields()).hasSize(3);
    }

    @Test
    void timeUnitsHaveThePublishedNumbers() {
        assertThat(TimeUnit.getDescriptor().getValues())
                .extracting(value -> value.getName() + " " + value.getNumber())
                .containsExactly(
                        "UNKNOWN 0", "MILLISECOND 1", "SECOND 2", "MINUTE 3", "HOUR 4", "DAY 5");
    }

    @Test
    void theServicesHaveThePublishedNames() {
        var subscribe = OpenSergoUniversalTransportServiceGrpc.getSubscribeConfigMethod();
        var report = MetadataServiceGrpc.getReportMetadataMethod();

        assertThat(subscribe.getFullMethodName())
                .isEqualTo(
                        "io.opensergo.proto.transport.v1.OpenSergoUniversalTransportService"
                                + "/SubscribeConfig");
        assertThat(subscribe.getType()).hasToString("BIDI_STREAMING");
        assertThat(report.getFullMethodName())
                .isEqualTo("opensergo.proto.service_contract.v1.MetadataService/ReportMetadata");
        assertThat(report.getType()).hasToString("UNARY");
    }

    /** Parses with the generated message, and back with the table. */
    private static void assertSame(Message message, Descriptor generated, FieldDescriptor field)
            throws Exception {
        DynamicMessage parsed = DynamicMessage.parseFrom(generated, message.toByteString());

        assertThat(parsed.getAllFields().keySet())
                .extracting(FieldDescriptor::getName)
                .containsExactly(field.getName());
        assertNothingUnknown(parsed);
        assertThat(DynamicMessage.parseFrom(message.getDescriptorForType(), parsed.toByteString()))
                .isEqualTo(message);
    }

    private static void assertNothingUnknown(Message message) {
        assertThat(message.getUnknownFields().asMap()).isEmpty();
        for (Object value : message.getAllFields().values()) {
            List<?> values = value instanceof List<?> list ? list : List.of(value);
            for (Object each : values) {
                if (each instanceof Message part) {
                    assertNothingUnknown(part);
                }
            }
        }
    }

    private static Message full(Descriptor type, int depth) {
        var message = DynamicMessage.newBuilder(type);
        if (depth > 0) {
            type.getFields().forEach(field -> set(message, field, depth));
        }
        return message.build();
    }

    private static void set(Message.Builder message, FieldDescriptor field, int depth) {
        if (field.isRepeated()) {
            message.addRepeatedField(field, value(field, depth));
            message.addRepeatedField(field, value(field, 1));
        } else {
            message.setField(field, value(field, depth));
        }
    }

    /** Values at the edge of their type, and no defaults. */
    private static Object value(FieldDescriptor field, int depth) {
        return switch (field.getType()) {
            case INT32 -> -7;
            case UINT32 -> 0xFFFF_FFF9;
            case INT64 -> Long.MIN_VALUE + 7;
            case UINT64 -> -7L;
            case DOUBLE -> 0.1;
            case BOOL -> true;
            case STRING -> field.getName() + " ü";
            case BYTES -> ByteString.copyFrom(new byte[] {0, -1});
            case ENUM ->
                    field.getEnumType().getValues().get(field.getEnumType().getValues().size() - 1);
            // one alternative of a oneof excludes the others, so that only one is set
            case MESSAGE ->
                    ENVOY.messages().containsValue(field.getMessageType())
                            ? DynamicMessage.getDefaultInstance(field.getMessageType())
                            : full(field.getMessageType(), depth - 1);
            default -> throw new IllegalArgumentException(field.getType().name());
        };
    }

    private static List<String> describe(Descriptor message) {
        List<String> lines = new ArrayList<>();
        for (FieldDescriptor field : message.getFields()) {
            String type =
                    switch (field.getType()) {
                        case MESSAGE -> field.getMessageType().getFullName();
                        case ENUM ->
                                field.getEnumType().getFullName()
                                        + field.getEnumType().getValues().stream()
                                                .map(v -> v.getName() + " " + v.getNumber())
                                                .collect(Collectors.joining(", ", "{", "}"));
                        default -> field.getType().name();
                    };
            String label =
                    field.isRepeated() ? "repeated " : field.hasPresence() ? "optional " : "";
            lines.add(field.getNumber() + " " + field.getName() + " " + label + type);
        }
        lines.sort(null);
        return lines;
    }

    private static Map<String, Descriptor> reachable(Descriptor... roots) {
        Map<String, Descriptor> found = new HashMap<>();
        for (Descriptor root : roots) {
            collect(root, found);
        }
        return found;
    }

    private static void collect(Descriptor message, Map<String, Descriptor> found) {
        if (found.putIfAbsent(message.getFullName(), message) == null) {
            message.getFields().stream()
                    .filter(field -> field.getType() == FieldDescriptor.Type.MESSAGE)
                    .forEach(field -> collect(field.getMessageType(), found));
        }
    }
}
