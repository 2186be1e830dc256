package io.opensergo.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.opensergo.proto.internal.envoy.config.route.v3.RouteConfiguration;
import io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.CircuitBreakerSlowCondition;
import io.opensergo.proto.internal.service_contract.v1.ReportMetadataRequest;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.faulttolerance.CircuitBreakerStrategy;
import io.opensergo.rules.faulttolerance.ConcurrencyLimitStrategy;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import io.opensergo.rules.faulttolerance.ThrottlingStrategy;
import io.opensergo.rules.traffic.TrafficRouter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that fill numbers which are not set with 0, as proto3 does, or with -1, as the public
 * control plane does. Such a number is not set, unless the rule says nothing without it.
 */
class UnsetNumbersTest {

    /** What a number does to the rule whose message holds it. */
    private enum Meaning {
        /** The rule is that of a message without the field. */
        UNSET,
        /** The number is meant. */
        VALUE,
        /** There is no rule without the number. */
        REFUSED
    }

    /** Each number and enum of the messages that strategies travel as: what 0 and what -1 mean. */
    private static final Map<String, List<Meaning>> MEANINGS =
            Map.ofEntries(
                    Map.entry("RateLimitStrategy.metric_type", both(Meaning.UNSET)),
                    Map.entry("RateLimitStrategy.limit_mode", both(Meaning.UNSET)),
                    Map.entry(
                            "RateLimitStrategy.threshold", List.of(Meaning.VALUE, Meaning.REFUSED)),
                    Map.entry("RateLimitStrategy.stat_duration", both(Meaning.REFUSED)),
                    Map.entry("RateLimitStrategy.stat_duration_time_unit", both(Meaning.UNSET)),
                    Map.entry(
                            "ThrottlingStrategy.min_interval_millis_of_requests",
                            List.of(Meaning.VALUE, Meaning.REFUSED)),
                    Map.entry("ThrottlingStrategy.queue_timeout_millis", both(Meaning.REFUSED)),
                    Map.entry("ConcurrencyLimitStrategy.limit_mode", both(Meaning.UNSET)),
                    Map.entry(
                            "ConcurrencyLimitStrategy.max_concurrency",
                            List.of(Meaning.VALUE, Meaning.REFUSED)),
                    Map.entry("CircuitBreakerStrategy.strategy", both(Meaning.REFUSED)),
                    Map.entry(
                            "CircuitBreakerStrategy.trigger_ratio",
                            List.of(Meaning.VALUE, Meaning.REFUSED)),
                    Map.entry("CircuitBreakerStrategy.stat_duration", both(Meaning.REFUSED)),
                    Map.entry(
                            "CircuitBreakerStrategy.stat_duration_time_unit", both(Meaning.UNSET)),
                    Map.entry("CircuitBreakerStrategy.recovery_timeout", both(Meaning.REFUSED)),
                    Map.entry(
                            "CircuitBreakerStrategy.recovery_timeout_time_unit",
                            both(Meaning.UNSET)),
                    Map.entry("CircuitBreakerStrategy.min_request_amount", both(Meaning.REFUSED)));

    /** A kind and a complete message of it. */
    private record Complete(RuleKind<?> kind, Message message) {}

    private static final List<Complete> COMPLETE =
            List.of(
                    new Complete(
                            RateLimitStrategy.KIND,
                            io.opensergo.proto.internal.fault_tolerance.v1.RateLimitStrategy
                                    .newBuilder()
                                    .setName("x")
                                    .setMetricTypeValue(1)
                                    .setLimitModeValue(1)
                                    .setThreshold(10)
                                    .setStatDuration(2)
                                    .setStatDurationTimeUnitValue(2)
                                    .build()),
                    new Complete(
                            ThrottlingStrategy.KIND,
                            io.opensergo.proto.internal.fault_tolerance.v1.ThrottlingStrategy
                                    .newBuilder()
                                    .setName("x")
                                    .setMinIntervalMillisOfRequests(10)
                                    .setQueueTimeoutMillis(750)
                                    .build()),
                    new Complete(
                            ConcurrencyLimitStrategy.KIND,
                            io.opensergo.proto.internal.fault_tolerance.v1.ConcurrencyLimitStrategy
                                    .newBuilder()
                                    .setName("x")
                                    .setLimitModeValue(2)
                                    .setMaxConcurrency(6)
                                    .build()),
                    new Complete(CircuitBreakerStrategy.KIND, errorBreaker().build()));

    private static List<Meaning> both(Meaning meaning) {
        return List.of(meaning, meaning);
    }

    private static io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.Builder
            errorBreaker() {
        return io.opensergo.proto.internal.fault_tolerance.v1.CircuitBreakerStrategy.newBuilder()
                .setName("x")
                .setStrategyValue(2)
                .setTriggerRatio(0.5)
                .setStatDuration(6000)
                .setStatDurationTimeUnitValue(1)
                .setRecoveryTimeout(4000)
                .setRecoveryTimeoutTimeUnitValue(1)
                .setMinRequestAmount(12);
    }

    private static Stream<FieldDescriptor> numbers(Message message) {
        return message.getDescriptorForType().getFields().stream()
                .filter(
                        field ->
                                switch (field.getJavaType()) {
                                    case INT, LONG, FLOAT, DOUBLE, ENUM -> true;
                                    default -> false;
                                });
    }

    private static String nameOf(FieldDescriptor field) {
        return field.getContainingType().getName() + "." + field.getName();
    }

    @Test
    void everyNumberOfEveryStrategyHasItsMeaning() {
        Set<String> numbers = new TreeSet<>();
        COMPLETE.forEach(each -> numbers(each.message()).forEach(f -> numbers.add(nameOf(f))));

        assertThat(numbers).isEqualTo(new TreeSet<>(MEANINGS.keySet()));
    }

    static Stream<String> fields() {
        return MEANINGS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("fields")
    void zeroAndMinusOneMeanWhatTheTableSays(String name) {
        for (Complete each : COMPLETE) {
            numbers(each.message())
                    .filter(field -> nameOf(field).equals(name))
                    .forEach(
                            field -> {
                                check(each, field, 0, meaningOf(name, 0));
                                check(each, field, -1, meaningOf(name, -1));
                            });
        }
    }

    private static Meaning meaningOf(String name, int number) {
        return Objects.requireNonNull(MEANINGS.get(name)).get(number == 0 ? 0 : 1);
    }

    private static void check(Complete each, FieldDescriptor field, int number, Meaning meaning) {
        Message message = each.message().toBuilder().setField(field, value(field, number)).build();
        DecodedRules<?> decoded = Wires.decode(each.kind(), message);

        if (meaning == Meaning.REFUSED) {
            assertThat(decoded.rules()).as(field + " = " + number).isEmpty();
            return;
        }
        assertThat(decoded.rejected()).as(field + " = " + number).isEmpty();
        assertThat(decoded.warnings()).as(field + " = " + number).isEmpty();
        if (meaning == Meaning.UNSET) {
            Message without = each.message().toBuilder().clearField(field).build();
            assertThat(decoded).isEqualTo(Wires.decode(each.kind(), without));
        }
    }

    private static Object value(FieldDescriptor field, int number) {
        if (field.getJavaType() == JavaType.ENUM) {
            EnumDescriptor type = field.getEnumType();
            return type.findValueByNumberCreatingIfUnknown(number);
        }
        return switch (field.getJavaType()) {
            case INT -> number;
            case LONG -> (long) number;
            default -> (double) number;
        };
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "-2147483648"})
    void aBreakerForErrorsNeedsNoLimitOfSlowCalls(int maxAllowedRt) {
        var message =
                errorBreaker()
                        .setSlowCondition(
                                CircuitBreakerSlowCondition.newBuilder()
                                        .setMaxAllowedRtMillis(maxAllowedRt))
                        .build();

        assertThat(Wires.decodeOne(CircuitBreakerStrategy.KIND, message))
                .isEqualTo(Wires.decodeOne(CircuitBreakerStrategy.KIND, errorBreaker().build()));
    }

    @ParameterizedTest
    @CsvSource({"0", "-1"})
    void aBreakerForSlowCallsSaysNothingWithoutItsLimit(int maxAllowedRt) {
        var message =
                errorBreaker()
                        .setStrategyValue(1)
                        .setSlowCondition(
                                CircuitBreakerSlowCondition.newBuilder()
                                        .setMaxAllowedRtMillis(maxAllowedRt))
                        .build();

        assertThat(Wires.reasonOf(CircuitBreakerStrategy.KIND, message))
                .contains("slowConditions.maxAllowedRt must be");
    }

    /** Each is a part of a route, once as such a server fills it and once left out. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = "==",
            textBlock =
                    """
                    route { cluster: 'a' timeout { seconds: -1 } } \
                    == route { cluster: 'a' }
                    route { cluster: 'a' timeout { nanos: -1 } } \
                    == route { cluster: 'a' }
                    route { cluster: 'a' retry_policy { num_retries { value: 4294967295 } } } \
                    == route { cluster: 'a' retry_policy { } }
                    route { cluster: 'a' retry_policy { per_try_timeout { seconds: -1 } } } \
                    == route { cluster: 'a' retry_policy { } }
                    route { cluster: 'outbound|0|v|a' } \
                    == route { cluster: 'outbound||v|a' }
                    route { cluster: 'outbound|-1|v|a' } \
                    == route { cluster: 'outbound||v|a' }
                    route { weighted_clusters { clusters { name: 'a' weight { value: 4294967295 } } } } \
                    == route { weighted_clusters { clusters { name: 'a' } } }
                    route { cluster: 'a' request_mirror_policies { cluster: 'b' runtime_fraction { \
                        default_value { numerator: 4294967295 denominator: MILLION } } } } \
                    == route { cluster: 'a' request_mirror_policies { cluster: 'b' } }
                    route { cluster: 'a' request_mirror_policies { cluster: 'b' runtime_fraction { \
                        default_value { numerator: 5 denominator: -1 } } } } \
                    == route { cluster: 'a' request_mirror_policies { cluster: 'b' runtime_fraction { \
                        default_value { numerator: 5 } } } }
                    route { cluster: 'a' cors { allow_methods: 'GET' max_age: '-1' } } \
                    == route { cluster: 'a' cors { allow_methods: 'GET' } }
                    redirect { path_redirect: '/x' port_redirect: 0 } \
                    == redirect { path_redirect: '/x' }
                    redirect { path_redirect: '/x' port_redirect: 4294967295 } \
                    == redirect { path_redirect: '/x' }
                    redirect { path_redirect: '/x' response_code: -1 } \
                    == redirect { path_redirect: '/x' }
                    """)
    void aRouteWithAnOptionalNumberFilledIsThatWithoutIt(String filled, String without) {
        assertThat(router(filled)).isEqualTo(router(without));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "==",
            textBlock =
                    """
                    route { cluster: 'a' timeout { } } == route { cluster: 'a' }
                    route { cluster: 'a' retry_policy { num_retries { value: 0 } } } \
                    == route { cluster: 'a' retry_policy { } }
                    route { weighted_clusters { clusters { name: 'a' weight { } } } } \
                    == route { weighted_clusters { clusters { name: 'a' } } }
                    route { cluster: 'a' cors { max_age: '0' } } == route { cluster: 'a' cors { } }
                    """)
    void aZeroInAMessageOfItsOwnIsMeant(String zero, String without) {
        assertThat(router(zero)).isNotEqualTo(router(without));
    }

    @ParameterizedTest
    @CsvSource({"0", "4294967295"})
    void aDirectResponseSaysNothingWithoutItsStatus(String status) throws Exception {
        String route = "direct_response { status: " + status + " }";

        assertThat(Wires.reasonOf(TrafficRouter.KIND, configuration(route)))
                .contains("direct_response.status must be");
    }

    @Test
    void aFieldOfAContractMayHaveNoNumber() throws Exception {
        String report =
                """
                app_name: 'shop'
                node { identifier { host_name: 'h' pid: 1 } }
                service_metadata { service_contract { types { name: 'T'
                  fields { name: 'f' number: -1 label: -1 type: -1 }
                } } }
                """;

        var metadata =
                ApplicationMetadataMapping.decode(
                        TextFormat.parse(report, ReportMetadataRequest.class));

        assertThat(metadata.services().get(0).contract().types().get(0).fields().get(0))
                .hasToString(
                        "FieldDescriptor[name=f, number=0, label=UNSPECIFIED, type=UNSPECIFIED,"
                                + " typeName=null, description=null]");
    }

    private static TrafficRouter router(String route) {
        return Wires.decodeOne(TrafficRouter.KIND, configuration(route));
    }

    private static RouteConfiguration configuration(String route) {
        String text = "name: 'r' virtual_hosts { domains: 'a' routes { " + route + " } }";
        try {
            return TextFormat.parse(text, RouteConfiguration.class);
        } catch (TextFormat.ParseException e) {
            throw new AssertionError(e);
        }
    }
}
