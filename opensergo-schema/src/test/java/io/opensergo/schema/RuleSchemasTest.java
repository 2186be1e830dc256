package io.opensergo.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.opensergo.rules.Metadata;
import io.opensergo.rules.Rule;
import io.opensergo.rules.RuleArbitraries;
import io.opensergo.rules.RuleKind;
import io.opensergo.rules.document.RuleKinds;
import io.opensergo.rules.document.RuleReader;
import io.opensergo.rules.document.RuleWriter;
import io.opensergo.schema.internal.SchemaGeneratorMain;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RuleSchemasTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final Schema ANY = schema(RuleSchemas.all());

    private static Schema schema(String text) {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(text);
    }

    private static List<Error> errors(RuleKind<?> kind, JsonNode document) {
        return schema(RuleSchemas.of(kind)).validate(document);
    }

    static List<RuleKind<?>> kinds() {
        return RuleKinds.standard().all();
    }

    private static String example(RuleKind<?> kind) throws IOException {
        try (InputStream in = Rule.class.getResourceAsStream("spec/" + kind.name() + ".yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void exampleOfEachKindIsValid(RuleKind<?> kind) throws IOException {
        JsonNode document = YAML.readTree(example(kind));

        assertThat(errors(kind, document)).isEmpty();
        assertThat(ANY.validate(document)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void documentOfAnotherKindIsNotValid(RuleKind<?> kind) throws IOException {
        RuleKind<?> other = kinds().get((kinds().indexOf(kind) + 1) % kinds().size());

        assertThat(errors(kind, YAML.readTree(example(other)))).isNotEmpty();
    }

    @Provide
    static Arbitrary<Rule> rules() {
        return RuleArbitraries.rules();
    }

    @Property(tries = 300, seed = "20261123")
    void whateverIsWrittenIsValid(@ForAll("rules") Rule rule) throws IOException {
        JsonNode document = JSON.readTree(RuleWriter.toJson(rule));

        assertThat(errors(rule.kind(), document)).as(document::toString).isEmpty();
        assertThat(ANY.validate(document)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RateLimitStrategy      | /spec/threshold            | -1",
                "RateLimitStrategy      | /spec/threshold            | 1.5",
                "RateLimitStrategy      | /spec/limitMode            | \"Lokal\"",
                "RateLimitStrategy      | /spec/statDurationSeconds  | 0",
                "RateLimitStrategy      | /spec/statDuration         | \"1s\"",
                "RateLimitStrategy      | /spec/treshold             | 5",
                "RateLimitStrategy      | /metadata/name             | \"\"",
                "RateLimitStrategy      | /metadata/nam              | \"x\"",
                "RateLimitStrategy      | /kind                      | \"RateLimit\"",
                "RateLimitStrategy      | /specs                     | {}",
                "CircuitBreakerStrategy | /spec/triggerRatio         | \"160%\"",
                "CircuitBreakerStrategy | /spec/triggerRatio         | 0.5",
                "CircuitBreakerStrategy | /spec/statDuration         | \"20x\"",
                "CircuitBreakerStrategy | /spec/recoveryTimeout      | \"0s\"",
                "CircuitBreakerStrategy | /spec/minRequestAmount     | 0",
                "ThrottlingStrategy     | /spec/queueTimeout         | \"0ms\"",
                "ThrottlingStrategy     | /spec/minIntervalOfRequests | \"1h30m\"",
                "FaultToleranceRule     | /spec/strategies/0/kind    | \"Nonsense\"",
                "FaultToleranceRule     | /spec/targets              | null",
                "TrafficRouter          | /spec/http/0/match/0/headers/x-cohort | {\"exact\":\"a\",\"prefix\":\"b\"}",
                "TrafficRouter          | /spec/http/0/match/0/headers/x-cohort | {\"exakt\":\"a\"}",
                "TrafficRouter          | /spec/http/1/route/0/weight | -1",
                "TrafficRouter          | /spec/http/0/timeout       | \"soon\"",
                "TrafficRouter          | /spec/http/0/mirrorPercent | 101",
                "HttpRequestFallbackAction | /spec/behaviorDesc/responseStatusCode | 42",
                "TrafficLane            | /spec/selector             | {\"application\":\"x\"}",
            })
    void whatTheReaderRefusesIsNotValid(String kindName, String pointer, String value)
            throws IOException {
        RuleKind<?> kind = RuleKinds.standard().findByName(kindName);
        JsonNode document = YAML.readTree(example(kind));
        JsonNode parent = document.at(pointer.substring(0, pointer.lastIndexOf('/')));
        ((com.fasterxml.jackson.databind.node.ObjectNode) parent)
                .set(pointer.substring(pointer.lastIndexOf('/') + 1), JSON.readTree(value));

        assertThat(RuleReader.strict().read(document, "test").rule()).isNull();
        assertThat(errors(kind, document)).isNotEmpty();
        assertThat(ANY.validate(document)).isNotEmpty();
    }

    @Test
    void namesInDocumentsAreOfferedWithTheirDescriptions() throws IOException {
        JsonNode schema =
                JSON.readTree(RuleSchemas.of(RuleKinds.standard().findByName("DatabaseEndpoint")));

        assertThat(schema.findValue("MySQL")).isNotNull();
        assertThat(schema.findValue("url").get("description").textValue())
                .isEqualTo("The JDBC URL.");
    }

    @Test
    void generatingTwiceGivesTheSame(@TempDir Path first, @TempDir Path second) throws IOException {
        SchemaGeneratorMain.main(new String[] {first.toString()});
        SchemaGeneratorMain.main(new String[] {second.toString()});

        for (RuleKind<?> kind : kinds()) {
            Path file = Path.of("io", "opensergo", "schema", kind.name() + ".schema.json");
            assertThat(first.resolve(file)).hasSameTextualContentAs(second.resolve(file));
            assertThat(Files.readString(first.resolve(file))).isEqualTo(RuleSchemas.of(kind));
        }
    }

    @Test
    void kindOfAUserHasNoSchema() {
        RuleKind<CacheRule> kind = RuleKind.of("example.org/v1", "CacheRule", CacheRule.class);

        assertThatThrownBy(() -> RuleSchemas.of(kind))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example.org/v1/CacheRule");
    }

    /** A kind of a user. */
    record CacheRule(Metadata metadata) implements Rule {

        @Override
        public RuleKind<CacheRule> kind() {
            return RuleKind.of("example.org/v1", "CacheRule", CacheRule.class);
        }
    }
}
