package io.opensergo.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.opensergo.rules.Examples;
import io.opensergo.rules.Limits;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.faulttolerance.RateLimitStrategy;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RuleSchemasTest {

    private record OwnRule(Metadata metadata) implements Rule {

        @Override
        public RuleKind<?> kind() {
            return RuleKind.of(
                    RateLimitStrategy.KIND.apiVersion(), "RateLimitStrategy", OwnRule.class);
        }
    }

    /** A kind of a user. */
    public record CacheRule(Metadata metadata, @Limits(min = 1, max = 60) int ttlSeconds)
            implements Rule {

        static final RuleKind<CacheRule> KIND =
                RuleKind.of("example.org/v1", "CacheRule", CacheRule.class);

        @Override
        public RuleKind<CacheRule> kind() {
            return KIND;
        }
    }

    @Test
    void schemaOfAKindOfAUserIsGenerated() {
        String schema = RuleSchemas.of(CacheRule.KIND);
        String all = RuleSchemas.all(RuleKinds.standard().with(CacheRule.KIND));

        assertThat(Schemas.tree(schema).get("title").asText()).isEqualTo("CacheRule");
        assertThat(schema).contains("\"ttlSeconds\"", "\"maximum\" : 60");
        assertThat(Schemas.tree(all).get("definitions").fieldNames())
                .toIterable()
                .contains("CacheRule", "RateLimitStrategy");
        assertThat(RuleSchemas.all(RuleKinds.standard())).isEqualTo(RuleSchemas.all());
    }

    static Stream<RuleKind<?>> kinds() {
        return RuleKinds.standard().all().stream();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyKindHasASchemaThatIsOne(RuleKind<?> kind) {
        var draft7 =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
                        .getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_7.getDialectId()));

        assertThat(draft7.validate(Schemas.tree(RuleSchemas.of(kind)))).isEmpty();
        assertThat(draft7.validate(Schemas.tree(RuleSchemas.all()))).isEmpty();
    }

    @Test
    void everyDefinitionIsUsed() {
        String schema = RuleSchemas.all();

        JsonNode definitions = Schemas.tree(schema).get("definitions");

        assertThat(definitions.fieldNames())
                .toIterable()
                .contains("Metadata", "StringMatch", "TrafficRouter")
                .allSatisfy(
                        name ->
                                assertThat(schema)
                                        .contains("\"$ref\" : \"#/definitions/" + name + "\""));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void exampleIsValid(RuleKind<?> kind) {
        JsonNode example = Schemas.tree(Examples.of(kind));

        assertThat(Schemas.errors(kind, example)).isEmpty();
        assertThat(Schemas.errors(example)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void schemaOfAKindRefusesEveryOtherKind(RuleKind<?> kind) {
        for (RuleKind<?> other : RuleKinds.standard().all()) {
            assertThat(Schemas.errors(kind, Schemas.tree(Examples.of(other))).isEmpty())
                    .isEqualTo(other.equals(kind));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1} | true
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDuration: 1s} | true
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDuration: 1s, selector: {app: a}} | true
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDuration: 1s, selector: {}} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDuration: 1s, selector: {app: a, x: y}} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDuration: 1s, statDurationSeconds: 1} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: -1, statDurationSeconds: 1} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 0.5, statDurationSeconds: 1} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: "5", statDurationSeconds: 1} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 0} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 2147483648} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: local, threshold: 5, statDurationSeconds: 1} | false
                    RateLimitStrategy | {metricType: RequestAmount, limitMode: Local, threshold: 5, statDurationSeconds: 1, burst: 5} | false
                    RateLimitStrategy | {limitMode: Local, threshold: 5, statDurationSeconds: 1} | false
                    RateLimitStrategy | {metricType: null, limitMode: Local, threshold: 5, statDurationSeconds: 1} | false
                    RateLimitStrategy | [] | false
                    ThrottlingStrategy | {minIntervalOfRequests: 0ms, queueTimeout: 5min} | true
                    ThrottlingStrategy | {minIntervalOfRequests: 0ms, queueTimeout: 0ms} | false
                    ThrottlingStrategy | {minIntervalOfRequests: 5us, queueTimeout: 5ms} | false
                    ThrottlingStrategy | {minIntervalOfRequests: 5ms, queueTimeout: 1.5s} | false
                    ThrottlingStrategy | {minIntervalOfRequests: 5, queueTimeout: 5ms} | false
                    ThrottlingStrategy | {minIntervalOfRequests: -5ms, queueTimeout: 5ms} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 60%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | true
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 160%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0.6, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 05%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 0} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1, errorConditions: {errorType: a}} | true
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1, errorConditions: {representation: [a, b]}} | true
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1, errorConditions: {errorType: [a, ""]}} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1, errorConditions: {errorType: a, representation: b}} | false
                    CircuitBreakerStrategy | {strategy: ErrorRequestRatio, triggerRatio: 0%, statDuration: 1s, recoveryTimeout: 1s, minRequestAmount: 1, errorConditions: {errorType: a, representation: null}} | true
                    AdaptiveOverloadProtectionStrategy | {metricType: SystemLoad, triggerThreshold: 4.5, adaptiveStrategy: NONE} | true
                    AdaptiveOverloadProtectionStrategy | {metricType: SystemLoad, triggerThreshold: -4.5, adaptiveStrategy: NONE} | false
                    AdaptiveOverloadProtectionStrategy | {metricType: CpuPercentage, triggerThreshold: 101%, adaptiveStrategy: NONE} | false
                    HttpRequestFallbackAction | {behavior: ReturnProvidedResponse, behaviorDesc: {responseStatusCode: 99}} | false
                    HttpRequestFallbackAction | {behavior: ReturnProvidedResponse, behaviorDesc: {responseStatusCode: 600}} | false
                    FaultToleranceRule | {targets: [], strategies: []} | true
                    FaultToleranceRule | {targets: []} | false
                    FaultToleranceRule | {targets: [{targetResourceName: ""}], strategies: []} | false
                    FaultToleranceRule | {targets: [], strategies: [{name: a, kind: Other}]} | false
                    FaultToleranceRule | {targets: [], strategies: [{name: a, kind: null}], fallbackAction: null} | true
                    TrafficRouter | {} | true
                    TrafficRouter | {hosts: [""]} | false
                    TrafficRouter | {hosts: a} | false
                    TrafficRouter | {http: [{match: [{uri: {exact: a}, headers: {b: {}}}]}]} | true
                    TrafficRouter | {http: [{match: [{uri: {exact: a, regex: b}}]}]} | false
                    TrafficRouter | {http: [{match: [{uri: {suffix: a}}]}]} | false
                    TrafficRouter | {http: [{match: [{uri: a}]}]} | false
                    TrafficRouter | {http: [{match: [{uri: null}]}]} | true
                    TrafficRouter | {http: [{match: [{uri: {exact: null}}]}]} | false
                    TrafficRouter | {http: [{match: [{headers: {a: null}}]}]} | false
                    TrafficRouter | {http: [{match: [{port: 65536}]}]} | false
                    TrafficRouter | {http: [{timeout: 1h30m, retries: {retryOn: "5xx, reset"}}]} | true
                    TrafficRouter | {http: [{timeout: 5min}]} | false
                    TrafficRouter | {http: [{retries: {retryOn: "5xx,"}}]} | false
                    TrafficRouter | {http: [{retries: {attempts: -1}}]} | false
                    TrafficRouter | {http: [{mirrorPercentage: {value: 12.5}}]} | true
                    TrafficRouter | {http: [{mirrorPercentage: {value: 112.5}}]} | false
                    TrafficRouter | {http: [{mirrorPercentage: {}}]} | false
                    TrafficRouter | {http: [{mirrorPercentage: {value: 5, x: 1}}]} | false
                    TrafficRouter | {http: [{mirrorPercent: 5, mirrorPercentage: null}]} | true
                    TrafficRouter | {http: [{mirrorPercent: 5, mirror_percent: 5}]} | false
                    TrafficRouter | {http: [{directResponse: {status: 200, body: {string: a, bytes: YQ==}}}]} | false
                    TrafficRouter | {http: [{directResponse: {status: 200, body: {}}}]} | false
                    TrafficRouter | {http: [{route: [{destination: {host: a, subset: ""}}]}]} | false
                    TrafficRouter | {http: [{route: [{weight: 5}]}]} | false
                    DatabaseEndpoint | {database: {mySql: {url: a}}} | false
                    DatabaseEndpoint | {database: {MySQL: {url: a, maxPoolSize: -1}}} | false
                    Sharding | {defaultTableStrategy: {none: null}} | true
                    Sharding | {defaultTableStrategy: {none: {}}} | true
                    Sharding | {defaultTableStrategy: {none: {a: b}}} | false
                    Sharding | {defaultTableStrategy: {}} | false
                    Sharding | {defaultTableStrategy: {hint: null}} | false
                    Sharding | {defaultTableStrategy: {complex: {shardingColumn: "a,b", shardingAlgorithm: c}}} | true
                    Sharding | {defaultTableStrategy: {complex: {shardingColumn: "a,,b", shardingAlgorithm: c}}} | false
                    Encryption | {encryptors: {a: {type: AES, props: {b: 5}}}} | false
                    DistributedTransaction | {transaction: {defaultType: XA}} | false
                    """)
    void specIsRefusedExactlyWhenTheStrictReaderRefusesIt(
            String kindName, String spec, boolean accepted) {
        RuleKind<?> kind = Objects.requireNonNull(RuleKinds.standard().findByName(kindName));
        JsonNode document =
                Schemas.tree(
                        "apiVersion: %s\nkind: %s\nmetadata: {name: a}\nspec: %s\n"
                                .formatted(kind.apiVersion(), kindName, spec));

        assertThat(Schemas.problems(document).isEmpty()).as("reader accepts").isEqualTo(accepted);
        assertThat(Schemas.errors(kind, document).isEmpty())
                .as("schema of the kind accepts")
                .isEqualTo(accepted);
        assertThat(Schemas.errors(document).isEmpty())
                .as("schema of all kinds accepts")
                .isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {apiVersion: A, kind: K, metadata: {name: a}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a}, spec: S, status: [1]} | true
                    {apiVersion: A, kind: K, metadata: {name: a}, spec: S, status: null} | true
                    {apiVersion: A, kind: K, metadata: {name: a}, spec: S, extra: 1} | false
                    {apiVersion: A, kind: K, metadata: {name: a}} | false
                    {apiVersion: A, kind: K, spec: S} | false
                    {apiVersion: A, metadata: {name: a}, spec: S} | false
                    {kind: K, metadata: {name: a}, spec: S} | false
                    {apiVersion: traffic.opensergo.io/v1alpha1, kind: K, metadata: {name: a}, spec: S} | false
                    {apiVersion: A, kind: Other, metadata: {name: a}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: ""}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: 5}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: a, namespace: null, labels: null, annotations: null}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, namespace: ""}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, annotations: {opensergo.io/mode: shadow}}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, annotations: {opensergo.io/mode: enforce}}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, annotations: {opensergo.io/mode: shadwo}}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: a, labels: {app: b, c: ""}}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, labels: {app: ""}}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: a, labels: {c: 5}}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: a, nam: b}, spec: S} | false
                    {apiVersion: A, kind: K, metadata: {name: a, uid: 5, generation: 3, managedFields: [{}]}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, creationTimestamp: null, resourceVersion: "5"}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, deletionTimestamp: x, deletionGracePeriodSeconds: 5}, spec: S} | true
                    {apiVersion: A, kind: K, metadata: {name: a, finalizers: [], generateName: x, ownerReferences: [], selfLink: x}, spec: S} | true
                    """)
    void envelopeIsRefusedExactlyWhenTheStrictReaderRefusesIt(String text, boolean accepted) {
        JsonNode document =
                Schemas.tree(
                        text.replace(": A", ": " + RateLimitStrategy.KIND.apiVersion())
                                .replace(": K", ": RateLimitStrategy")
                                .replace(
                                        ": S",
                                        ": {metricType: RequestAmount, limitMode: Local, threshold:"
                                                + " 5, statDurationSeconds: 1}"));

        assertThat(Schemas.problems(document).isEmpty()).as("reader accepts").isEqualTo(accepted);
        assertThat(Schemas.errors(RateLimitStrategy.KIND, document).isEmpty())
                .as("schema of the kind accepts")
                .isEqualTo(accepted);
        assertThat(Schemas.errors(document).isEmpty())
                .as("schema of all kinds accepts")
                .isEqualTo(accepted);
    }

    @Test
    void fieldsAreDescribed() {
        JsonNode threshold =
                Schemas.tree(RuleSchemas.of(RateLimitStrategy.KIND))
                        .at("/properties/spec/properties/threshold");

        assertThat(threshold.get("description").textValue())
                .isEqualTo("Requests per window; 0 lets nothing pass.");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldIsDescribed(RuleKind<?> kind) {
        assertThat(undescribed("", Schemas.tree(RuleSchemas.of(kind)).at("/properties/spec")))
                .isEmpty();
    }

    @Test
    void kindOfAUserHasNoSchema() {
        RuleKind<?> kind = new OwnRule(Metadata.of("a", "b", "c")).kind();

        assertThatThrownBy(() -> RuleSchemas.of(kind))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("two record classes for kind " + kind);
    }

    /** Returns the ways to fields without a description; alternatives and percents need none. */
    private static List<String> undescribed(String path, JsonNode node) {
        return node.properties().stream()
                .flatMap(
                        entry -> {
                            String child = path + "/" + entry.getKey();
                            boolean field =
                                    path.endsWith("/properties")
                                            && !path.contains("/not/")
                                            && !List.of("value", "string", "bytes")
                                                    .contains(entry.getKey());
                            boolean missing = field && !entry.getValue().has("description");
                            List<String> below =
                                    entry.getValue().isObject()
                                            ? undescribed(child, entry.getValue())
                                            : List.of();
                            return missing
                                    ? Stream.concat(Stream.of(child), below.stream())
                                    : below.stream();
                        })
                .toList();
    }
}
